"""Cases of every practice as their own scenarios tell them, written as rows: real states, tasks, clocks, ratings."""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from itertools import count

from tests.support.practices import CALENDAR
from wanjia.actions.cases.register_rows import new_row
from wanjia.engine.nouns import ClockState, ClockStatus, CloseTask, EndCase, EnterRow, OpenTask, Record, StrikeRow
from wanjia.engine.states import case_to_json
from wanjia.practice.nouns import Practice
from wanjia.practice.scenarios import Telling, run
from wanjia.practice.stored import stored_practice
from wanjia.records.cases.models import Case, Clock, HistoryEntry, PracticeVersion, Rating, RegisterRow, Task

CELLS = ("S1/A11/C111", "S1/A12/C121", "", "S2/A21/C211")
RECEIVED_BY = ("station-1", "station-1", "county", "station-2")
"""Where the cases lie, in turn: the third has no place and was received by the county company itself."""


@cache
def tellings(digest: str) -> tuple[Telling, ...]:
    """Every scenario of a practice, played once a session."""
    row = PracticeVersion.objects.get(digest=digest)
    practice = stored_practice(row.digest, row.files)
    return tuple(run(practice, scenario, CALENDAR) for scenario in practice.scenarios)


def tell_all() -> list[Case]:
    """Rows for every scenario of every active practice. The instants are the scenarios' own."""
    number, found = count(), []
    for version in PracticeVersion.objects.filter(active=True).order_by("name"):
        practice = stored_practice(version.digest, version.files)
        for telling in tellings(version.digest):
            if telling.case.state is not None:
                found.append(_case(version, practice, telling, next(number)))
    return found


def _case(version: PracticeVersion, practice: Practice, telling: Telling, number: int) -> Case:
    state, journal = telling.case.state, telling.case.journal
    assert state is not None
    ended = [one.at for one in journal if any(isinstance(command, EndCase) for command in one.commands)]
    path = CELLS[number % len(CELLS)]
    case = Case.objects.create(
        number=f"T{number:04d}", request_key=f"told-{number}", practice=version, title=f"第{number}件",
        title_en=f"Case {number}", state=case_to_json(state), status=state.status.value, end=state.end or "",
        cell_path=path, cell_code=path.rpartition("/")[2], organisation_id=RECEIVED_BY[number % len(CELLS)],
        opened_at=journal[0].at, ended_at=ended[-1] if ended and state.status != "running" else None,
        late=any(clock.status in (ClockStatus.EXPIRED, ClockStatus.LATE) for clock in state.clocks),
        due_at=min((c.due_at for c in state.clocks if c.status is ClockStatus.RUNNING and c.due_at), default=None),
    )  # fmt: skip
    Task.objects.bulk_create(_tasks(case, telling))
    Clock.objects.bulk_create([_clock(case, clock) for clock in state.clocks])
    HistoryEntry.objects.bulk_create(_messages(case, telling))
    RegisterRow.objects.bulk_create(_register_rows(case, practice, telling))
    stars = state.facts.get(practice.rating.fact) if practice.rating else None
    if isinstance(stars, int):
        Rating.objects.create(case=case, stars=stars, rated_at=case.ended_at or case.opened_at)
    return case


def _tasks(case: Case, telling: Telling) -> list[Task]:
    rows: dict[str, Task] = {}
    for at, command in _commands(telling):
        if isinstance(command, OpenTask):
            task = command.task
            rows[task.key] = Task(
                case=case, key=task.key, step=task.step, kind=task.kind.value, role=task.role, item=task.item,
                opened_at=task.opened_at, organisation_id=case.organisation_id,
            )  # fmt: skip
        elif isinstance(command, CloseTask):
            rows[command.task_key].status, rows[command.task_key].closed_at = command.how, at
    return list(rows.values())


def _register_rows(case: Case, practice: Practice, telling: Telling) -> list[RegisterRow]:
    rows: dict[str, RegisterRow] = {}
    for at, command in _commands(telling):
        if isinstance(command, EnterRow):
            rows[command.key] = new_row(case, practice, command, at, CALENDAR.day_of(at))
        elif isinstance(command, StrikeRow):
            rows[command.key].struck_at, rows[command.key].struck_reason = at, command.reason
    return list(rows.values())


def _commands(telling: Telling) -> Iterator[tuple[datetime, object]]:
    for happened in telling.case.journal:
        for command in happened.commands:
            yield happened.at, command


def _clock(case: Case, clock: ClockState) -> Clock:
    return Clock(
        case=case, key=clock.key, clock=clock.clock, regime="internal", task_key=clock.task_key or "",
        status=clock.status.value, started_at=clock.started_at, due_at=clock.due_at, stopped_at=clock.stopped_at,
        limit_value=clock.limit.value, limit_unit=clock.limit.unit, edition_from=clock.edition_from,
    )  # fmt: skip


def _messages(case: Case, telling: Telling) -> list[HistoryEntry]:
    told = ((at, one) for at, one in _commands(telling) if isinstance(one, Record) and one.verb == "message")
    return [
        HistoryEntry(
            subject=f"case:{case.pk}", sequence=at_place, at=at, actor="system", verb="message", data=dict(one.data),
            entry_hash=f"{case.pk}-{at_place}", previous_hash="",
        )
        for at_place, (at, one) in enumerate(told, 1)
    ]  # fmt: skip
