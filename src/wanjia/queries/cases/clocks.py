"""The clocks of a case as bars: how much of each limit is gone, under which rule, from which edition."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from wanjia.engine.nouns import CaseState, ClockState, Edition
from wanjia.practice.nouns import Practice
from wanjia.queries.cases.facts import item_text

LAST_PART = 0.8
"""From this share of its limit on a clock is shown as due: about the last working day of five."""

ORDER = ("expired", "running", "paused", "late", "stopped")


@dataclass(frozen=True)
class ClockBar:
    """One clock. `share` is the part of the limit that is gone, 0 to 1; `tone` is a mark of the stylesheet."""

    key: str
    name: str
    regime: str
    status: str
    tone: str
    strictest: bool
    item: str
    limit_value: int
    limit_unit: str
    share: float
    started_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None
    edition_from: str
    source: str
    sure: str


def clock_bars(practice: Practice, state: CaseState, now: datetime, language: str) -> tuple[ClockBar, ...]:
    """Those that run first, the earliest end on top; then paused, then over."""
    items = {task.key: task.item for task in state.tasks}
    bars = [_bar(practice, clock, items, now, language) for clock in state.clocks]
    bars.sort(
        key=lambda bar: (
            ORDER.index(bar.status) > 1,
            ORDER.index(bar.status) * (ORDER.index(bar.status) > 1),
            bar.due_at or bar.started_at,
        )
    )
    return tuple(
        bars if not bars or bars[0].due_at is None or bars[0].status not in ORDER[:2] else [_first(bars[0]), *bars[1:]]
    )


def share_gone(clock: ClockState, now: datetime) -> float:
    """Elapsed part of a limit by wall time; what a pause took away does not count."""
    if clock.status in ("expired", "late"):
        return 1.0
    begin, end = clock.started_at, clock.due_at
    if end is None:
        return _share_paused(clock)
    until = min(now, clock.stopped_at or now)
    if clock.resumed_at and clock.remaining and clock.remaining.elapsed:
        gone_before = max(0.0, 1 - clock.remaining.elapsed / max(_length(clock), clock.remaining.elapsed))
        run = (until - clock.resumed_at) / max(end - clock.resumed_at, timedelta(seconds=1))
        return min(1.0, gone_before + (1 - gone_before) * max(0.0, run))
    return min(1.0, max(0.0, (until - begin) / max(end - begin, timedelta(seconds=1))))


def _share_paused(clock: ClockState) -> float:
    left = clock.remaining
    if left is None:
        return 0.0
    if left.elapsed is not None:
        return max(0.0, 1 - left.elapsed / max(_length(clock), left.elapsed))
    return max(0.0, 1 - left.value / max(clock.limit.value, left.value, 1))


def _length(clock: ClockState) -> timedelta:
    return clock.limit.elapsed or timedelta(days=clock.limit.value)


def _bar(practice: Practice, clock: ClockState, items: dict, now: datetime, language: str) -> ClockBar:
    rule = next(rule for rule in practice.clocks if rule.id == clock.clock)
    edition = next((row for row in rule.editions if row.from_on == clock.edition_from), _NO_EDITION)
    share = share_gone(clock, now)
    return ClockBar(
        clock.key, practice.text(f"clocks.{clock.clock}", language), rule.regime, clock.status.value,
        _tone(clock, share, now), False, item_text(practice, items.get(clock.task_key), language), clock.limit.value,
        clock.limit.unit, round(share, 3), clock.started_at, clock.due_at, clock.stopped_at, clock.edition_from,
        edition.source, edition.sure,
    )  # fmt: skip


_NO_EDITION = Edition("", {}, "", "M")


def _tone(clock: ClockState, share: float, now: datetime) -> str:
    if clock.status == "paused":
        return "paused"
    if clock.status == "stopped":
        return "done"
    if clock.status in ("expired", "late") or (clock.due_at and clock.due_at <= now):
        return "overdue"
    return "due" if share >= LAST_PART else "far"


def _first(bar: ClockBar) -> ClockBar:
    return ClockBar(**{**bar.__dict__, "strictest": True})
