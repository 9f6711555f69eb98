"""Everything that stands on a case's page, for one actor, in one language."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from wanjia.engine.nouns import CaseState
from wanjia.engine.states import case_from_json
from wanjia.model.actors import Actor, may
from wanjia.model.faults import Denied, NotFound
from wanjia.model.jsonvalue import Facts
from wanjia.practice.nouns import Practice
from wanjia.queries.cases.case_head import Head, case_head
from wanjia.queries.cases.case_verbs import case_verbs, task_verbs
from wanjia.queries.cases.clocks import ClockBar, clock_bars
from wanjia.queries.cases.facts import FactRow, fact_rows
from wanjia.queries.cases.history import Deed, case_history
from wanjia.queries.cases.installed import practice_of
from wanjia.queries.cases.kin import Kin, children_of, parent_of
from wanjia.queries.cases.letter_readers import readable_letters
from wanjia.queries.cases.letter_rows import LetterRow, letter_rows
from wanjia.queries.cases.masking import hidden_requester
from wanjia.queries.cases.messages import Said, case_messages
from wanjia.queries.cases.papers import PaperRow, papers_of
from wanjia.queries.cases.registers import RegisterList, case_entries
from wanjia.queries.cases.sendable import Sendable, sendable
from wanjia.queries.cases.stuck import why_stuck
from wanjia.queries.cases.task_card import TaskCard, task_card
from wanjia.queries.territory.who_answers import Answering, answers_of_path
from wanjia.records.cases.models import Case, Task
from wanjia.records.cases.subjects import subject_of_case


@dataclass(frozen=True)
class CasePage:
    """The whole page. `verbs` are the deeds on the case that the actor may do now; `merged` the cases put into it;
    `stuck` why its due clock could not act."""

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
    merged_into: str
    merged: tuple[str, ...]
    stuck: str
    parent: Kin | None
    children: tuple[Kin, ...]
    registers: tuple[RegisterList, ...]
    sendable: tuple[Sendable, ...]

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
    head = case_head(case, practice, state, language, revealed)
    may_look = may(actor, "history", "see", subject)
    deeds = case_history(case.pk, practice, language, hidden_requester(case)) if may_look else ()
    return CasePage(
        head, practice, state.facts, facts, any(row.masked for row in facts) or (not revealed and bool(head.requester)),
        answers_of_path(head.cell_path, _day(case, now)), _tasks(case, practice, state, actor, language),
        clock_bars(practice, state, now, language), papers_of(case, practice, actor, language),
        letter_rows(readable_letters(case, actor, timezone.localdate(now)), language),
        case_messages(case, practice, language) if may(actor, "message", "see", subject) else (),
        deeds, not any(deed.broken for deed in deeds), case_verbs(case, practice, state, actor, subject, now),
        case.merged_into.number if case.merged_into else "", tuple(case.merged.values_list("number", flat=True)),
        why_stuck(case, language), parent_of(case, actor, language), children_of(case, actor, language),
        case_entries(case, practice, actor, timezone.localdate(now), language, lambda _: revealed),
        sendable(case, practice, state, actor, timezone.localdate(now), language),
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


def _day(case: Case, now: datetime):
    """Who answers today; for a case that is over, who answered when it ended."""
    return (case.ended_at or now).astimezone(timezone.get_default_timezone()).date()


def _tasks(case: Case, practice: Practice, state: CaseState, actor: Actor, language: str) -> tuple[TaskCard, ...]:
    rows = case.tasks.filter(status=Task.Status.OPEN).select_related("holder", "delegated_to", "organisation")
    return tuple(task_card(row, practice, state, actor, _verbs(row, case, actor), language) for row in rows)


def _verbs(row: Task, case: Case, actor: Actor) -> frozenset[str]:
    row.case = case  # read already, with its relations
    return task_verbs(row, case, actor)
