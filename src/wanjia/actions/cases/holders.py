"""Finds who performs a task: from the practice's role rule to a post and the person who holds it on that day."""

from dataclasses import dataclass
from datetime import date

from wanjia.model.jsonvalue import Facts
from wanjia.practice.nouns import Role
from wanjia.records.cases.models import Case, Outsider, Task
from wanjia.records.territory.holders import CHIEF_ROLES, GRID_ROLES, cell_holder, holder_of, nearest_post
from wanjia.records.territory.models import Organisation, Person, Post

ESCALATION_STEPS_MAX = 8
"""Levels a task may be pushed up at once; deeper trees than the grid and three companies do not occur."""


@dataclass(frozen=True)
class Holder:
    """Who answers for a task. All empty for a task of the requester."""

    post: Post | None = None
    person: Person | None = None
    organisation: Organisation | None = None
    requester: bool = False
    outsider: Outsider | None = None


def find_holder(rule: Role, case: Case, facts: Facts, item: Facts | None, day: date) -> Holder:
    """The holder of a new task; when a post stands empty the next one up answers, so that nothing lies unowned."""
    if rule.who == "requester":
        return Holder(requester=True)
    if rule.who == "contact":  # told by short message; without a number their work falls to the chief
        return _filled(None, case, day)
    if rule.who == "cell":
        return _of_cell(case, rule.level or 3, day)
    if rule.who == "fact":
        return by_reference(str(facts.get(rule.fact or "") or ""), case, day)
    if rule.who == "item":
        return by_reference(str((item or {}).get(rule.field or "") or ""), case, day)
    return _filled(nearest_post(rule.role or "", case.organisation), case, day)


def by_reference(reference: str, case: Case, day: date) -> Holder:
    """`person:<id>`, `post:<id>`, or the code of an organisation (its reviewer, else its chief)."""
    kind, _, key = reference.partition(":")
    if kind == "person" and key.isdigit():
        person = Person.objects.filter(pk=int(key)).select_related("organisation").first()
        return Holder(None, person, person.organisation) if person else _filled(None, case, day)
    if kind == "post" and key.isdigit():
        return _filled(Post.objects.filter(pk=int(key)).select_related("organisation").first(), case, day)
    return _of_organisation(reference, case, day)


def above(task: Task, levels: int, day: date) -> Holder:
    """The post `levels` levels up: along the grid for cell posts, then along the companies."""
    holder = Holder(task.post, task.holder, task.organisation)
    for _ in range(min(levels, ESCALATION_STEPS_MAX)):
        holder = _one_up(holder, task.case, day)
    return holder


def _of_cell(case: Case, level: int, day: date) -> Holder:
    path = list(case.cell_path.split("/")) if case.cell_path else []
    for at in range(min(level, len(path)), 0, -1):
        held = cell_holder(path[at - 1], at, day) if path[at - 1] else None
        if held:
            return Holder(held.post, held.person, held.post.organisation)
    return _filled(None, case, day)


def _of_organisation(code: str, case: Case, day: date) -> Holder:
    for role in ("reviewer", "window_chief", "window_clerk", *CHIEF_ROLES):
        post = Post.objects.filter(organisation_id=code, role=role).select_related("organisation").first()
        if post:
            return _filled(post, case, day)
    return _filled(None, case, day)


def _filled(post: Post | None, case: Case, day: date) -> Holder:
    """The post with its holder of that day; an empty or missing post falls to the chief of the receiving line."""
    person = holder_of(post, day) if post else None
    if post and person:
        return Holder(post, person, post.organisation)
    start = post.organisation if post else case.organisation
    chief = _chief(start, day)
    return chief or Holder(post, None, start)


def _chief(organisation: Organisation | None, day: date) -> Holder | None:
    while organisation is not None:
        for post in Post.objects.filter(organisation=organisation, role__in=CHIEF_ROLES).select_related("organisation"):
            person = holder_of(post, day)
            if person:
                return Holder(post, person, post.organisation)
        organisation = organisation.parent
    return None


def _one_up(holder: Holder, case: Case, day: date) -> Holder:
    level = {role: at for at, role in GRID_ROLES.items()}.get(holder.post.role) if holder.post else None
    if level and level > 1 and case.cell_path:
        return _of_cell(case, level - 1, day)
    if holder.post is None:
        return _of_cell(case, len(GRID_ROLES), day) if case.cell_path else _filled(None, case, day)
    chief_here = holder.post.role in CHIEF_ROLES
    start = holder.post.organisation.parent if chief_here else holder.post.organisation
    return _chief(start, day) or holder
