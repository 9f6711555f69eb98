"""Who sees which papers of a case: the permission table first, then the practice's own rule. Used by every surface.

A paper is shown to
- the requester of the case, unless the practice leaves the requester's role out;
- superiors of the supply company whose permission covers the place or the receiving organisation;
- whoever has or had a task of a role that the practice names; an item role only where its item's value fits.
Without a rule in the practice everybody who has a task in the case sees the paper.
"""

from dataclasses import dataclass
from datetime import datetime

from wanjia.model.actors import Actor, Subject, may
from wanjia.practice.nouns import PaperRule, Practice
from wanjia.queries.cases.installed import practice_of
from wanjia.records.cases.models import Case, Paper, Task
from wanjia.records.territory.holders import organisation_line

PICTURES = ("image/jpeg", "image/png", "image/webp")


@dataclass(frozen=True)
class PaperRow:
    """A paper in a list. `fact` is the form field it belongs to; `label` what that field is called."""

    token: str
    fact: str
    label: str
    name: str
    media_type: str
    size_bytes: int
    added_at: datetime
    picture: bool


@dataclass(frozen=True)
class PaperContent:
    """A paper to be sent."""

    name: str
    media_type: str
    content: bytes
    sha256: str


def papers_of(case: Case, practice: Practice, actor: Actor, language: str) -> tuple[PaperRow, ...]:
    """The papers of a case that this actor may see, oldest first."""
    rows = case.papers.defer("content").order_by("added_at", "pk")
    seen = _Eyes(case, practice, actor)
    return tuple(
        PaperRow(
            row.token, row.fact, practice.text(f"facts.{row.fact}", language) if row.fact else "", row.name,
            row.media_type, row.size_bytes, row.added_at, row.media_type in PICTURES,
        )
        for row in rows
        if seen.may_see(row)
    )  # fmt: skip


def paper_content(token: str, actor: Actor, upload_keys: frozenset[str] = frozenset()) -> PaperContent | None:
    """The paper with this token, if the actor may see it; an unsent upload only with the key of its form."""
    paper = Paper.objects.defer("content").filter(token=token).first()
    if paper is None:
        return None
    if paper.case_id is None:
        allowed = bool(paper.upload_key) and paper.upload_key in upload_keys
    else:
        case = Case.objects.select_related("practice", "organisation").defer("practice__files").get(pk=paper.case_id)
        allowed = _Eyes(case, practice_of(case.practice), actor).may_see(paper)
    return PaperContent(paper.name, paper.media_type, bytes(paper.content), paper.sha256) if allowed else None


class _Eyes:
    """What an actor is in one case: requester, superior, and holder of which tasks."""

    def __init__(self, case: Case, practice: Practice, actor: Actor) -> None:
        self.practice, self.actor = practice, actor
        self.requester = case.pk in actor.grants or (
            case.requester_id is not None and case.requester_id == actor.person_id
        )
        cells = frozenset(code for code in case.cell_path.split("/") if code)
        place = Subject(cells=cells, organisations=frozenset(organisation_line(case.organisation)))
        self.superior = actor.system or may(actor, "paper", "see", place)
        self.tasks = [] if self.superior else [task for task in case.tasks.all() if self._is_mine(task)]

    def may_see(self, paper: Paper) -> bool:
        if self.superior or paper.added_by == self.actor.reference != "citizen":
            return True
        rule = self.practice.papers.get(paper.fact)
        if rule is None:
            return self.requester or bool(self.tasks)
        if self.requester and any(self._who(role) == "requester" for role in rule.visible_to):
            return True
        return any(self._shown_to(rule, task) for task in self.tasks)

    def _is_mine(self, task: Task) -> bool:
        if task.for_requester:
            return False
        people = {task.holder_id, task.delegated_to_id} - {None}
        organisations = frozenset([task.organisation_id] if task.organisation_id else [])
        outsiders = frozenset([task.outsider_id] if task.outsider_id else [])
        mine = Subject(people=frozenset(people), organisations=organisations, outsiders=outsiders)
        return may(self.actor, "task", "complete", mine) and may(self.actor, "paper", "see", mine)

    def _shown_to(self, rule: PaperRule, task: Task) -> bool:
        if task.role not in rule.visible_to:
            return False
        if self._who(task.role) != "item" or not rule.when_item:
            return True
        item = task.item or {}
        return all(item.get(name) in values for name, values in rule.when_item.items())

    def _who(self, role: str) -> str:
        found = self.practice.roles.get(role)
        return found.who if found else ""
