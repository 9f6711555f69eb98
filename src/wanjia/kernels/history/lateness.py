"""Which case broke which clock: the log's own deadline, and rules replayed over the log's events."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from wanjia.kernels.history.globs import matches
from wanjia.kernels.history.nouns import COMPLETE, Case, Log
from wanjia.kernels.history.spread import SECONDS_PER_DAY, Spread, spread

Pauses = tuple[tuple[datetime, datetime | None], ...]
"""Stretches in which a clock stood still, in order, not overlapping; an open one ends with `None`."""

Due = Callable[[datetime, Pauses], datetime | None]
"""The last instant in time of a clock that started then and stood still so; nothing where it never ran on."""


@dataclass(frozen=True, slots=True)
class Run:
    """One clock on one case. `due_at` is the last instant in time. `ended_at` is empty while it still ran at the log's
    last event; `late_days` is how far the end (or the log's last event) lies behind `due_at`, negative when before."""

    case_id: str
    started_at: datetime
    due_at: datetime
    ended_at: datetime | None
    late_days: float

    @property
    def broken(self) -> bool:
        """Ended, or still running, strictly after it was due."""
        return self.late_days > 0


@dataclass(frozen=True, slots=True)
class Rule:
    """A clock to replay. `start`, `stop`, `pause`, `resume` name activities (globs); an empty `start` is the case's
    start, an empty `stop` its end. It starts at the first completion that matches, stops at the first later one."""

    clock_id: str
    limit: str
    due: Due
    start: tuple[str, ...] = ()
    stop: tuple[str, ...] = ()
    pause: tuple[str, ...] = ()
    resume: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one clock says about the whole log. `late` counts the ended ones only, `open_overdue` the ones that still
    ran after they were due at the log's last event; `days_late` is over the late ones."""

    clock_id: str
    limit: str
    ran: int
    ended: int
    late: int
    open_overdue: int
    not_run: int
    days_late: Spread
    broken: tuple[Run, ...]


def own_deadline(log: Log) -> Verdict:
    """The log's own deadline against the log's own end date."""
    as_of = log.as_of
    runs = [
        _run(case, case.opened_at, case.deadline_at, case.end_at, as_of)
        for case in log.cases
        if case.deadline_at is not None
    ]
    return _verdict("log_deadline", "", runs, len(log.cases) - len(runs))


def replay(log: Log, rule: Rule) -> Verdict:
    """One rule over every case in which its start is found."""
    as_of = log.as_of
    runs = [run for case in log.cases if (run := _replay_case(case, rule, as_of)) is not None]
    return _verdict(rule.clock_id, rule.limit, runs, len(log.cases) - len(runs))


def _replay_case(case: Case, rule: Rule, as_of: datetime) -> Run | None:
    started_at = _first(case, rule.start, None) if rule.start else case.opened_at
    if started_at is None:
        return None
    ended_at = _first(case, rule.stop, started_at) if rule.stop else case.end_at
    due_at = rule.due(started_at, _pauses(case, rule, started_at, ended_at))
    return None if due_at is None else _run(case, started_at, due_at, ended_at, as_of)


def _first(case: Case, patterns: tuple[str, ...], after: datetime | None) -> datetime | None:
    """The first completion that matches, not before `after`."""
    for event in case.events:
        if event.transition == COMPLETE and (after is None or event.at >= after) and matches(patterns, event.activity):
            return event.at
    return None


def _pauses(case: Case, rule: Rule, started_at: datetime, ended_at: datetime | None) -> Pauses:
    """The stretches between a pausing and the next resuming completion while the clock ran."""
    found: list[tuple[datetime, datetime | None]] = []
    since: datetime | None = None
    for event in case.events if rule.pause else ():
        if event.transition != COMPLETE or event.at < started_at or (ended_at is not None and event.at > ended_at):
            continue
        if since is None and matches(rule.pause, event.activity):
            since = event.at
        elif since is not None and matches(rule.resume, event.activity):
            found.append((since, event.at))
            since = None
    return tuple(found) if since is None else (*found, (since, ended_at))


def _run(case: Case, started_at: datetime, due_at: datetime, ended_at: datetime | None, as_of: datetime) -> Run:
    until = ended_at if ended_at is not None else as_of
    late_days = (until - due_at).total_seconds() / SECONDS_PER_DAY
    return Run(case.case_id, started_at, due_at, ended_at, late_days)


def _verdict(clock_id: str, limit: str, runs: Iterable[Run], not_run: int) -> Verdict:
    every = tuple(runs)
    late = [run for run in every if run.broken and run.ended_at is not None]
    broken = sorted((run for run in every if run.broken), key=lambda run: (-run.late_days, run.case_id))
    return Verdict(
        clock_id=clock_id,
        limit=limit,
        ran=len(every),
        ended=sum(run.ended_at is not None for run in every),
        late=len(late),
        open_overdue=len(broken) - len(late),
        not_run=not_run,
        days_late=spread([run.late_days * SECONDS_PER_DAY for run in late]),
        broken=tuple(broken),
    )
