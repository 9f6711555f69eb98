"""Registers (台账): which ones somebody may open, one of them as a list, and the rows that are about oneself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from wanjia.model.actors import Actor
from wanjia.model.faults import Denied, NotFound
from wanjia.model.permissions import allowed
from wanjia.practice.nouns import Practice, Register
from wanjia.practice.standing import sum_of
from wanjia.practice.wording import figure_text
from wanjia.queries.cases.installed import active_practices
from wanjia.queries.cases.register_entries import Column, Entry, Shown, columns_of, entries_of
from wanjia.queries.cases.rows import Rows
from wanjia.queries.cases.visible import below, cases_within
from wanjia.records.cases.models import Case, RegisterRow, Task
from wanjia.records.territory.holders import GRID_ROLES

SEE = ("register", "see")
COUNTS, ENDED, STRUCK, ALL = "", "ended", "struck", "all"
STANDINGS = (ENDED, STRUCK, ALL)
"""Which rows a list shows besides those that count."""


@dataclass(frozen=True)
class RegisterFilters:
    """What the page's address says; `standing` is empty for rows that count, else one of STANDINGS."""

    text: str = ""
    subject: str = ""
    standing: str = ""
    organisation: str = ""
    entered_from: date | None = None
    entered_to: date | None = None


@dataclass(frozen=True)
class RegisterName:
    """A register in the list of registers; `count` rows count today."""

    practice: str
    register: str
    practice_name: str
    name: str
    help: str
    count: int


@dataclass(frozen=True)
class RegisterList:
    """One register's rows. `totals` stand under the columns, empty where nothing is summed; struck rows are not."""

    practice: str
    register: str
    practice_name: str
    name: str
    help: str
    of_somebody: bool
    columns: tuple[Column, ...]
    rows: Rows[Entry]
    totals: tuple[str, ...]
    keep_years: int | None

    @property
    def summed(self) -> bool:
        """Whether there is a line of totals."""
        return any(self.totals)


def register_names(actor: Actor, today: date, language: str) -> tuple[RegisterName, ...]:
    """The registers of active practices that the actor may open."""
    return tuple(
        RegisterName(
            practice.name, register.id, practice.text("name", language), _name(practice, register, language),
            _help(practice, register, language),
            _rows_of(practice, register).filter(_entries_for(actor, practice, register), _counting(today)).count(),
        )
        for practice in active_practices()
        for register in practice.registers.values()
        if _may_open(actor, practice, register)
    )  # fmt: skip


def register_list(
    practice_name: str,
    register_id: str,
    filters: RegisterFilters,
    actor: Actor,
    today: date,
    language: str,
    shown: Shown,
) -> RegisterList:
    """The rows that the actor may see and that fit. Raises NotFound, and Denied where the register is not for them."""
    practice, register = _found(practice_name, register_id)
    if not _may_open(actor, practice, register):
        raise Denied(*SEE)
    query = _rows_of(practice, register).filter(
        _entries_for(actor, practice, register), _fits(practice, register, filters, today)
    )
    return _list(practice, register, query, actor, today, language, shown)


def my_entries(
    actor: Actor, today: date, language: str, only: tuple[str, str] | None = None
) -> tuple[RegisterList, ...]:
    """Every register in which rows are about the actor, or only one (practice, register). Nothing of it is masked."""
    if actor.person_id is None:
        return ()
    mine = RegisterRow.objects.filter(person=actor.person_id)
    held = set(mine.order_by().values_list("practice", "register").distinct())
    return tuple(
        _list(
            practice, register, _rows_of(practice, register).filter(pk__in=mine), actor, today, language, lambda _: True
        )
        for practice in active_practices()
        for register in practice.registers.values()
        if (practice.name, register.id) in held and only in (None, (practice.name, register.id))
    )


def case_entries(
    case: Case, practice: Practice, actor: Actor, today: date, language: str, shown: Shown
) -> tuple[RegisterList, ...]:
    """The rows that a case has written, by register, as far as the actor may see them."""
    held = set(case.register_rows.order_by().values_list("register", flat=True).distinct())
    lists = []
    for register in practice.registers.values():
        if register.id in held:
            own = Q(person=actor.person_id) if actor.person_id else Q(pk__in=[])
            query = case.register_rows.filter(register=register.id).filter(
                _entries_for(actor, practice, register) | own
            )
            if query.exists():
                lists.append(_list(practice, register, query, actor, today, language, shown))
    return tuple(lists)


def sees_registers(actor: Actor) -> bool:
    """Whether any register may be open to the actor, beyond the rows that are about oneself."""
    return allowed((seat.role for seat in actor.seats), *SEE) not in (None, "own")


def _found(practice_name: str, register_id: str) -> tuple[Practice, Register]:
    practice = next((one for one in active_practices() if one.name == practice_name), None)
    register = practice.registers.get(register_id) if practice else None
    if practice is None or register is None:
        raise NotFound("register", register_id)
    return practice, register


def _rows_of(practice: Practice, register: Register):
    rows = RegisterRow.objects.filter(practice=practice.name, register=register.id)
    return rows.select_related("case__practice").defer("case__state", "case__practice__files")


def _list(
    practice: Practice, register: Register, query, actor: Actor, today: date, language: str, shown: Shown
) -> RegisterList:
    columns = columns_of(practice, register, language)
    return RegisterList(
        practice=practice.name,
        register=register.id,
        practice_name=practice.text("name", language),
        name=_name(practice, register, language),
        help=_help(practice, register, language),
        of_somebody=register.of is not None,
        columns=columns,
        rows=Rows(query, lambda rows: entries_of(rows, register.columns, actor, today, language, shown)),
        totals=_totals(register, columns, query),
        keep_years=register.keep_years,
    )


def _totals(register: Register, columns: Iterable[Column], query) -> tuple[str, ...]:
    values = list(query.filter(struck_at=None).values_list("values", flat=True)) if register.totals else []
    return tuple(
        figure_text(sum_of(row.get(column.name) for row in values), column.unit)
        if column.name in register.totals
        else ""
        for column in columns
    )


def _may_open(actor: Actor, practice: Practice, register: Register) -> bool:
    if any(_sees(actor, role) for role in _post_roles(practice, register)):
        return True
    if not register.seen_by:
        return sees_registers(actor)
    return _rows_of(practice, register).filter(_by_part(actor, practice, register)).exists()


def _sees(actor: Actor, role: str) -> bool:
    return any(seat.role == role and allowed((role,), *SEE) not in (None, "own") for seat in actor.seats)


def _entries_for(actor: Actor, practice: Practice, register: Register) -> Q:
    """Rows of cases within reach; with `seen_by` only within that of the posts named, or of who had that part in it."""
    if not register.seen_by:
        return Q(case__in=Case.objects.filter(cases_within(actor, *SEE)).order_by().values("pk"))
    roles = _post_roles(practice, register)
    reach = Case.objects.filter(cases_within(actor, *SEE, roles)) if roles else Case.objects.none()
    return Q(case__in=reach.order_by().values("pk")) | _by_part(actor, practice, register)


def _post_roles(practice: Practice, register: Register) -> frozenset[str]:
    """Post roles whose holders see the register: those of the grid's levels, and those that are named."""
    rules = [practice.roles[role] for role in register.seen_by]
    grid = {GRID_ROLES[rule.level] for rule in rules if rule.who == "cell" and rule.level in GRID_ROLES}
    return frozenset(grid | {rule.role for rule in rules if rule.who == "post" and rule.role})


def _by_part(actor: Actor, practice: Practice, register: Register) -> Q:
    """Rows of cases in which the actor has such a role's part: is named by its fact, held a task of it, or asked."""
    if actor.person_id is None:
        return Q(pk__in=[])
    parts = [role for role in register.seen_by if practice.roles[role].who in ("fact", "item")]
    references = (actor.reference, *(f"post:{seat.post_id}" for seat in actor.seats), *actor.organisations)
    held = Task.objects.filter(role__in=parts, holder=actor.person_id)
    found = Q(case__in=held.order_by().values("case"))
    for fact in {practice.roles[role].fact for role in register.seen_by if practice.roles[role].who == "fact"}:
        for reference in references:
            found |= Q(**{f"case__state__facts__{fact}": reference})
    if any(practice.roles[role].who == "requester" for role in register.seen_by):
        found |= Q(case__requester=actor.person_id)
    return found


def _fits(practice: Practice, register: Register, filters: RegisterFilters, today: date) -> Q:
    wanted = _standing(filters.standing, today) & _text(practice, register, filters.text.strip())
    if filters.subject:
        wanted &= Q(subject_id=filters.subject)
    if filters.organisation:
        wanted &= Q(case__organisation__in=below([filters.organisation]))
    if filters.entered_from:
        wanted &= Q(entered_on__gte=filters.entered_from)
    if filters.entered_to:
        wanted &= Q(entered_on__lte=filters.entered_to)
    return wanted


def _counting(today: date) -> Q:
    return Q(struck_at=None) & (Q(until_on=None) | Q(until_on__gte=today))


def _standing(standing: str, today: date) -> Q:
    if standing == STRUCK:
        return Q(struck_at__isnull=False)
    if standing == ENDED:
        return Q(struck_at=None, until_on__lt=today)
    return Q() if standing == ALL else _counting(today)


def _text(practice: Practice, register: Register, text: str) -> Q:
    """A part of the case's number, title or of an open name; of a name that is masked the whole (no fishing)."""
    if not text:
        return Q()
    found = (
        Q(case__number__icontains=text) | Q(case__title__icontains=text) | Q(case__title_en__icontains=text)
        | Q(subject_name=text)
    )  # fmt: skip
    if not practice.facts.get(register.of or "", {"personal": True}).get("personal"):
        found |= Q(subject_name__icontains=text)
    return found


def _name(practice: Practice, register: Register, language: str) -> str:
    return practice.text(f"registers.{register.id}", language)


def _help(practice: Practice, register: Register, language: str) -> str:
    key = f"registers.{register.id}.help"
    text = practice.text(key, language)
    return "" if text == key else text
