"""Import who answers for which cell (CSV): all rows when every cell has one holder every day, nothing otherwise."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from wanjia.actions.permission import require
from wanjia.actions.territory.moving_tasks import move_open_tasks
from wanjia.kernels.cover.faults import unheld_faults
from wanjia.kernels.cover.posts import read_posts
from wanjia.kernels.cover.tenure import Unheld, unheld
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts
from wanjia.model.places import Tenure as Held
from wanjia.records.cases.history import write_history
from wanjia.records.territory.grid import cells_on
from wanjia.records.territory.holders import GRID_ROLES, in_office
from wanjia.records.territory.models import Account, Person, Post, Tenure
from wanjia.records.territory.tenures import grid_tenures


@dataclass(frozen=True)
class GridCell:
    """What a post has to know of the cell it answers for."""

    level: int
    organisation: str


@dataclass(frozen=True)
class PostPlan:
    """Rows that name people who are there, and everything that is wrong with the others."""

    tenures: tuple[Held, ...]
    faults: tuple[Fault, ...]


def import_posts(
    rows: Sequence[Mapping[str, str]], starts_on: date, actor: Actor, now: datetime, today: date, file: str = ""
) -> int:  # fmt: skip
    """Replace who answers for the cells from `starts_on` on; number of tenures. Raises Refused with every fault."""
    require(actor, "post", "import")
    cells = {cell.code: GridCell(cell.level, cell.organisation_id) for cell in cells_on(starts_on)}
    plan = plan_posts(rows, cells, starts_on, file)
    if plan.faults:
        raise Refused(plan.faults)
    with transaction.atomic():
        return write_posts(plan.tenures, cells, starts_on, actor, now, today)


def plan_posts(
    rows: Sequence[Mapping[str, str]], cells: Mapping[str, GridCell], starts_on: date, file: str
) -> PostPlan:
    """Read the rows and hold them against the cells, the people and the posts that are there."""
    read = read_posts(rows, cells, file)
    lines = {row.get("post_id", ""): line for line, row in enumerate(rows, start=2)}
    where = {post: Where(file, line, "holder") for post, line in lines.items()}
    people = _People()
    faults = list(read.faults)
    known: list[Held] = []
    for tenure in read.tenures:
        found = list(_wrong(tenure, cells, where[tenure.post_id]))
        person, holder_faults = people.find(tenure.holder, where[tenure.post_id])
        faults += [*found, *holder_faults]
        if person is not None:
            known.append(Held(tenure.post_id, tenure.cell_id, tenure.role, f"person:{person}", tenure.days))
    faults += [*_clashes(known, where, starts_on, file)]
    if not faults:
        faults += unheld_from(tuple(cells), known, starts_on, where, file)
    return PostPlan(tuple(known), tuple(faults))


def unheld_from(
    cells: Sequence[str], tenures: Sequence[Held], starts_on: date, where: Mapping[str, Where], file: str
) -> list[Fault]:  # fmt: skip
    """Cells without exactly one holder on some day from `starts_on` on; days before are history."""
    found = []
    for one in unheld(cells, tenures):
        ranges = tuple(days for days in one.ranges if days.days.ends_on is None or days.days.ends_on >= starts_on)
        if ranges:
            found.append(Unheld(one.cell_id, ranges))
    return unheld_faults(found, where, file)


def unheld_as_kept(cells: Sequence[str], starts_on: date) -> list[Fault]:
    """The same for the tenures in the store, when only cells are imported."""
    wanted = set(cells)
    kept = [held for held in grid_tenures(starts_on) if held.cell_id in wanted]
    return unheld_from(cells, kept, starts_on, {}, "")


def write_posts(
    tenures: Sequence[Held], cells: Mapping[str, GridCell], starts_on: date, actor: Actor, now: datetime, today: date
) -> int:  # fmt: skip
    """Write planned tenures in the caller's transaction; open tasks follow where the day has come."""
    for held in tenures:
        columns = {
            "role": held.role, "organisation_id": cells[held.cell_id].organisation, "cell_code": held.cell_id
        }  # fmt: skip
        post, _ = Post.objects.get_or_create(code=held.post_id, defaults=columns)
        _write_tenure(post, held, max(held.days.starts_on or starts_on, starts_on), actor, now, today)
    data: Facts = {"posts": len(tenures), "from": starts_on.isoformat()}
    write_history("territory", actor, now, [("posts_imported", data)])
    return len(tenures)


def _write_tenure(post: Post, held: Held, starts_on: date, actor: Actor, now: datetime, today: date) -> None:
    person = Person.objects.get(pk=int(held.holder.removeprefix("person:")))
    running = Tenure.objects.filter(in_office(starts_on), post=post).first()
    if running is not None and running.person_id == person.pk:
        Tenure.objects.filter(pk=running.pk).update(ends_on=held.days.ends_on)
        return
    if running is not None and running.starts_on == starts_on:
        Tenure.objects.filter(pk=running.pk).update(person=person, ends_on=held.days.ends_on)
    else:
        if running is not None:
            Tenure.objects.filter(pk=running.pk).update(ends_on=starts_on - timedelta(days=1))
        Tenure.objects.create(post=post, person=person, starts_on=starts_on, ends_on=held.days.ends_on)
    data = {"person": person.pk, "name": person.name, "starts_on": starts_on.isoformat()}
    write_history(f"post:{post.code}", actor, now, [("appointed", data)])
    if starts_on <= today:
        move_open_tasks(post, person, actor, now)


def _wrong(tenure: Held, cells: Mapping[str, GridCell], where: Where) -> Iterator[Fault]:
    """A role that does not answer for cells of this level."""
    wanted = GRID_ROLES.get(cells[tenure.cell_id].level, "")
    if tenure.role != wanted:
        values = {"role": tenure.role[:32], "wanted": wanted, "cell": tenure.cell_id}
        yield Fault("posts.role", Where(where.file, where.line, "role"), values)


def _clashes(tenures: Sequence[Held], where: Mapping[str, Where], starts_on: date, file: str) -> Iterator[Fault]:
    """What is in the store and in the way: the same post elsewhere, later appointments, posts the file leaves out."""
    kept = {post.code: post for post in Post.objects.filter(code__in=[held.post_id for held in tenures])}
    for held in tenures:
        post = kept.get(held.post_id)
        if post is not None and (post.cell_code, post.role) != (held.cell_id, held.role):
            values = {"post": post.code, "cell": post.cell_code, "role": post.role}
            yield Fault("posts.other_cell", where[held.post_id], values)
    later = Tenure.objects.filter(post__in=kept.values(), starts_on__gt=starts_on).select_related("post", "person")
    for tenure in later:
        values = {"post": tenure.post.code, "day": tenure.starts_on, "name": tenure.person.name}
        yield Fault("tenure.already_planned", where[tenure.post.code], values)
    named, of_cells = {held.post_id for held in tenures}, {held.cell_id for held in tenures}
    for held in grid_tenures(starts_on):
        if held.cell_id in of_cells and held.post_id not in named:
            yield Fault("posts.left_out", Where(file, 0, "post_id"), {"post": held.post_id, "cell": held.cell_id})


class _People:
    """Finds people by `person:<id>`, login, or a name that only one person has."""

    def __init__(self) -> None:
        self._ids: set[int] = set()
        self._by_name: dict[str, list[int]] = defaultdict(list)
        for pk, name in Person.objects.exclude(organisation=None).values_list("pk", "name"):
            self._ids.add(pk)
            self._by_name[name].append(pk)
        self._by_login = dict(Account.objects.values_list("username", "person"))

    def find(self, holder: str, where: Where) -> tuple[int | None, list[Fault]]:
        """The person's id, or what is wrong; an empty holder is a vacant post and no fault here."""
        if not holder:
            return None, []
        key = holder.removeprefix("person:")
        if holder != key and key.isdigit() and int(key) in self._ids:
            return int(key), []
        if holder in self._by_login:
            return self._by_login[holder], []
        same = self._by_name.get(holder, [])
        if len(same) == 1:
            return same[0], []
        if same:
            references = ", ".join(f"person:{pk}" for pk in same[:5])
            return None, [Fault("posts.holder_ambiguous", where, {"holder": holder, "references": references})]
        return None, [Fault("posts.holder_unknown", where, {"holder": holder[:60]})]
