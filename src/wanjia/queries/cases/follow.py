"""What the one who asked sees of a case: in plain words, with the people's names, and what is asked of them."""

from dataclasses import dataclass
from datetime import datetime

from wanjia.engine.nouns import CaseState
from wanjia.engine.states import case_from_json
from wanjia.model.actors import Actor
from wanjia.model.faults import NotFound
from wanjia.practice.nouns import Practice
from wanjia.queries.cases.case_verbs import case_verbs, is_held
from wanjia.queries.cases.clocks import ClockBar, clock_bars
from wanjia.queries.cases.facts import FactRow, fact_rows, item_text
from wanjia.queries.cases.installed import practice_of
from wanjia.queries.cases.kin import Kin, same_askers_children
from wanjia.queries.cases.letter_readers import to_requester
from wanjia.queries.cases.letter_rows import LetterRow, letter_rows
from wanjia.queries.cases.lookups import Lookup, lookups
from wanjia.queries.cases.messages import Said, case_messages
from wanjia.queries.cases.own_tasks import OwnTask, own_task
from wanjia.queries.cases.papers import PaperRow, papers_of
from wanjia.queries.cases.sendable import Sendable, sendable
from wanjia.queries.cases.steps_so_far import StepSoFar, steps_so_far
from wanjia.queries.territory.who_answers import Answering, answers_of_path
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.models import Case, Task
from wanjia.records.cases.subjects import is_requester, subject_of_case
from wanjia.records.cases.urging import urge_again_at

CLOCKS_SHOWN = ("running", "expired", "paused")


@dataclass(frozen=True)
class Working:
    """An open task that somebody else has: who, at which work phone, until when."""

    name: str
    item: str
    person: str
    role: str
    organisation: str
    phone: str
    since: datetime
    due_at: datetime | None


@dataclass(frozen=True)
class FollowPage:
    """Everything on the requester's page. `stamp` changes with whatever would make the page look different."""

    number: str
    title: str
    practice: Practice
    status: str
    end: str
    held: bool
    late: bool
    surface: str
    organisation: str
    opened_at: datetime
    ended_at: datetime | None
    merged_into: str
    facts: tuple[FactRow, ...]
    working: tuple[Working, ...]
    mine: tuple[OwnTask, ...]
    clocks: tuple[ClockBar, ...]
    steps: tuple[StepSoFar, ...]
    answering: tuple[Answering, ...]
    papers: tuple[PaperRow, ...]
    letters: tuple[LetterRow, ...]
    messages: tuple[Said, ...]
    verbs: frozenset[str]
    urge_again_at: datetime | None
    stamp: str
    parent: str
    children: tuple[Kin, ...]
    sendable: tuple[Sendable, ...]
    lookups: tuple[Lookup, ...]


def asked_case(number: str, actor: Actor) -> Case:
    """The case row for the one who asked. Raises NotFound for everybody else, as for a number that does not exist."""
    rows = Case.objects.select_related("practice", "organisation__parent__parent__parent", "merged_into")
    case = rows.defer("practice__files", "merged_into__state").filter(number=number).first()
    if case is None or not is_requester(case, actor):
        raise NotFound("case", number)
    return case


def case_to_open(number: str) -> Case | None:
    """The case of a number, for whoever is about to show its code."""
    return Case.objects.only("pk", "number", "access_hash").filter(number=number).first()


def reached_from(number: str, actor: Actor) -> int | None:
    """Id of a case that somebody may open because the case which opened it is theirs, and they ask in both."""
    case = Case.objects.filter(number=number, parent_asks=True).select_related("parent").only("pk", "parent").first()
    return case.pk if case is not None and case.parent and is_requester(case.parent, actor) else None


def current_stamp(number: str, actor: Actor, now: datetime) -> str:
    """The stamp of the page without the page. Raises NotFound."""
    return stamp_of(asked_case(number, actor), now)


def follow_page(number: str, actor: Actor, now: datetime, language: str) -> FollowPage:
    """The requester's page. Raises NotFound."""
    case = asked_case(number, actor)
    practice, state = practice_of(case.practice), case_from_json(case.state)
    english = language == "en"
    papers = papers_of(case, practice, actor, language)
    said = tuple(
        row for row in case_messages(case, practice, language) if row.audience == "requester" or row.from_requester
    )
    return FollowPage(
        case.number, case.title_en if english else case.title, practice, case.status,
        practice.text(f"ends.{case.end}", language) if case.end else "", is_held(state), case.late, case.surface,
        case.organisation.name_en if english else case.organisation.name_zh, case.opened_at, case.ended_at,
        case.merged_into.number if case.merged_into else "", _own_facts(practice, state, language),
        _working(case, practice, language), _mine(case, practice, state, language),
        tuple(bar for bar in clock_bars(practice, state, now, language) if bar.status in CLOCKS_SHOWN),
        steps_so_far(case, practice, language), _answering(case, now), papers,
        letter_rows(case.letters.filter(audience__in=to_requester(practice)), language), said,
        case_verbs(case, practice, state, actor, subject_of_case(case), now), urge_again_at(case.pk, now),
        stamp_of(case, now), case.parent.number if case.parent_asks and case.parent else "",
        same_askers_children(case, language),
        sendable(case, practice, state, actor, work_calendar().day_of(now), language), lookups(case, language),
    )  # fmt: skip


def stamp_of(case: Case, now: datetime) -> str:
    """Version of the case, its messages and papers, and the minute that its times are told in."""
    last = case.messages.order_by("-pk").values_list("pk", flat=True).first() or 0
    return f"{case.row_version}-{last}-{case.papers.count()}-{int(now.timestamp()) // 60}"


def task_of_requester(number: str, key: str, actor: Actor, language: str) -> tuple[Practice, OwnTask]:
    """One open task of the requester with its practice. Raises NotFound when there is none (any more)."""
    case = asked_case(number, actor)
    practice = practice_of(case.practice)
    for task in _mine(case, practice, case_from_json(case.state), language):
        if task.key == key:
            return practice, task
    raise NotFound("task", key)


def _own_facts(practice: Practice, state: CaseState, language: str) -> tuple[FactRow, ...]:
    """What the requester wrote at the start; their own data, so unmasked."""
    fields = practice.forms["start"].fields if "start" in practice.forms else ()
    return fact_rows(practice, {name: state.facts.get(name) for name in fields}, language, revealed=True)


def _working(case: Case, practice: Practice, language: str) -> tuple[Working, ...]:
    rows = case.tasks.filter(status=Task.Status.OPEN, for_requester=False, kind="user")
    return tuple(
        Working(
            practice.text(f"tasks.{row.step}", language), item_text(practice, row.item, language),
            row.holder.name if row.holder else "", practice.text(f"roles.{row.role}", language),
            _named(row, language), row.holder.phone if row.holder else "", row.opened_at, row.due_at,
        )
        for row in rows.select_related("holder", "organisation")
    )  # fmt: skip


def _named(row: Task, language: str) -> str:
    if row.organisation is None:
        return ""
    return row.organisation.name_en if language == "en" else row.organisation.name_zh


def _mine(case: Case, practice: Practice, state: CaseState, language: str) -> tuple[OwnTask, ...]:
    rows = case.tasks.filter(status=Task.Status.OPEN, for_requester=True)
    return tuple(own_task(row, practice, state.facts, language, revealed=True) for row in rows)


def _answering(case: Case, now: datetime) -> tuple[Answering, ...]:
    """Who answers now, the nearest first; for a case that is over, who answered when it ended."""
    day = work_calendar().day_of(case.ended_at or now)
    found = answers_of_path(tuple(case.cell_path.split("/")), day) if case.cell_path else ()
    return tuple(reversed(found))
