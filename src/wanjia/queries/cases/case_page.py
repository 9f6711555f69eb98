"""Everything that stands on a case's page, for one actor, in one language."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from wanjia.engine.handling.work import return_targets_of
from wanjia.engine.nouns import CaseState
from wanjia.engine.states import case_from_json, is_held
from wanjia.model.actors import Actor, may
from wanjia.model.faults import Denied, NotFound
from wanjia.model.jsonvalue import Facts
from wanjia.practice.nouns import Practice
from wanjia.queries.cases.case_verbs import case_verbs, task_verbs
from wanjia.queries.cases.clocks import ClockBar, clock_bars
from wanjia.queries.cases.facts import FactRow, fact_rows, item_text
from wanjia.queries.cases.history import Deed, case_history
from wanjia.queries.cases.installed import practice_of
from wanjia.queries.cases.masking import hidden_requester, mask_name, mask_phone
from wanjia.queries.cases.messages import Said, case_messages
from wanjia.queries.cases.papers import PaperRow, papers_of
from wanjia.queries.territory.who_answers import Answering, answers_of_path
from wanjia.records.cases.models import Case, Task
from wanjia.records.cases.subjects import subject_of_case


@dataclass(frozen=True)
class Head:
    """What a case is, in the words of a list; name and phone are masked unless revealed."""

    pk: int
    number: str
    title: str
    practice: str
    practice_name: str
    status: str
    end: str
    late: bool
    held: bool
    surface: str
    organisation: str
    requester: str
    phone: str
    opened_at: datetime
    ended_at: datetime | None
    due_at: datetime | None
    address: str
    longitude: float | None
    latitude: float | None
    cell_path: tuple[str, ...]
    merged_into: str
    merged: tuple[str, ...]


@dataclass(frozen=True)
class TaskCard:
    """An open task: whose it is, since when, and what the actor may do with it."""

    key: str
    step: str
    name: str
    help: str
    item: str
    item_facts: Facts
    opinion: bool
    question: str
    holder: str
    organisation: str
    role: str
    delegated_to: str
    for_requester: bool
    escalated: int
    opened_at: datetime
    due_at: datetime | None
    verbs: frozenset[str]
    return_to: tuple[tuple[str, str], ...]
    has_form: bool
    opinions_out: int


@dataclass(frozen=True)
class LetterRow:
    """An issued letter."""

    number: str
    title: str
    issued_at: datetime


@dataclass(frozen=True)
class CasePage:
    """The whole page. `verbs` are the deeds on the case that the actor may do now."""

    head: Head
    practice: Practice
    case_facts: Facts
    facts: tuple[FactRow, ...]
    masked: bool
    answering: tuple[Answering, ...]
    tasks: tuple[TaskCard, ...]
    clocks: tuple[ClockBar, ...]
    papers: tuple[PaperRow, ...]
    letters: tuple[LetterRow, ...]
    messages: tuple[Said, ...]
    history: tuple[Deed, ...]
    unbroken: bool
    verbs: frozenset[str]

    @property
    def clocks_over(self) -> tuple[ClockBar, ...]:
        """Those that were stopped, kept or not."""
        return tuple(clock for clock in self.clocks if clock.stopped_at is not None)


def case_page(number: str, actor: Actor, now: datetime, language: str, revealed: bool = False) -> CasePage:
    """The page of a case. Raises NotFound, and Denied for somebody who may not see it."""
    case = seen_case(number, actor)
    practice, state = practice_of(case.practice), case_from_json(case.state)
    subject = subject_of_case(case)
    facts = fact_rows(practice, state.facts, language, revealed)
    head = _head(case, practice, state, language, revealed)
    may_look = may(actor, "history", "see", subject)
    deeds = case_history(case.pk, practice, language, hidden_requester(case)) if may_look else ()
    return CasePage(
        head, practice, state.facts, facts, any(row.masked for row in facts) or (not revealed and bool(head.requester)),
        answers_of_path(head.cell_path, _day(case, now)), _tasks(case, practice, state, actor, language),
        clock_bars(practice, state, now, language), papers_of(case, practice, actor, language),
        _letters(case, language) if may(actor, "letter", "see", subject) else (),
        case_messages(case, practice, language) if may(actor, "message", "see", subject) else (),
        deeds, not any(deed.broken for deed in deeds), case_verbs(case, practice, state, actor, subject, now),
    )  # fmt: skip


def seen_case(number: str, actor: Actor) -> Case:
    """The case row with what a page needs of its relations. Raises NotFound or Denied."""
    rows = Case.objects.select_related("practice", "organisation__parent__parent__parent", "merged_into")
    case = rows.defer("practice__files", "merged_into__state").filter(number=number).first()
    if case is None:
        raise NotFound("case", number)
    if not may(actor, "case", "see", subject_of_case(case)):
        raise Denied("case", "see")
    return case


def _head(case: Case, practice: Practice, state: CaseState, language: str, revealed: bool) -> Head:
    english = language == "en"
    return Head(
        case.pk, case.number, case.title_en if english else case.title, practice.name, practice.text("name", language),
        case.status, practice.text(f"ends.{case.end}", language) if case.end else "", case.late, is_held(state),
        case.surface, case.organisation.name_en if english else case.organisation.name_zh,
        case.requester_name if revealed else mask_name(case.requester_name),
        case.requester_phone if revealed else mask_phone(case.requester_phone), case.opened_at, case.ended_at,
        case.due_at, case.address, case.longitude, case.latitude,
        tuple(case.cell_path.split("/") if case.cell_path else ()),
        case.merged_into.number if case.merged_into else "", tuple(case.merged.values_list("number", flat=True)),
    )  # fmt: skip


def _day(case: Case, now: datetime):
    """Who answers today; for a case that is over, who answered when it ended."""
    return (case.ended_at or now).astimezone(timezone.get_default_timezone()).date()


def _tasks(case: Case, practice: Practice, state: CaseState, actor: Actor, language: str) -> tuple[TaskCard, ...]:
    rows = case.tasks.filter(status=Task.Status.OPEN).select_related("holder", "delegated_to", "organisation")
    opinions = [task.for_task for task in state.tasks if task.for_task]
    return tuple(_card(row, case, practice, state, actor, language, opinions.count(row.key)) for row in rows)


def _card(
    row: Task, case: Case, practice: Practice, state: CaseState, actor: Actor, language: str, opinions: int
) -> TaskCard:
    row.case = case
    verbs, english = task_verbs(row, case, actor), language == "en"
    targets = return_targets_of(practice.definition, state, row.key) if "return" in verbs else []
    help_key = f"tasks.{row.step}.help"
    found = practice.text(help_key, language)
    organisation = row.organisation
    return TaskCard(
        row.key, row.step, practice.text(f"tasks.{row.step}", language), "" if found == help_key else found,
        item_text(practice, row.item, language), row.item or {}, row.kind == "opinion", row.question,
        row.holder.name if row.holder else "",
        (organisation.name_en if english else organisation.name_zh) if organisation else "",
        practice.text(f"roles.{row.role}", language), row.delegated_to.name if row.delegated_to else "",
        row.for_requester, row.escalated, row.opened_at, row.due_at,
        verbs if targets else verbs - {"return"}, tuple((to, practice.text(f"tasks.{to}", language)) for to in targets),
        row.kind == "user" and row.step in practice.forms, opinions,
    )  # fmt: skip


def _letters(case: Case, language: str) -> tuple[LetterRow, ...]:
    return tuple(
        LetterRow(row.number, str((row.content.get(language) or {}).get("title") or row.letter), row.issued_at)
        for row in case.letters.all()
    )
