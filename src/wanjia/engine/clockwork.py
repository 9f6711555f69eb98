"""Where the machine meets the clocks: every call of `clocks.py` is here, and every change becomes a command."""

from datetime import datetime

from wanjia.engine import clocks
from wanjia.engine.clocks import Clocks, Due
from wanjia.engine.draft import Draft
from wanjia.engine.nouns import ClockChanged, ClockRule, ClockState

__all__ = ["Due", "case_over", "fire", "next_due", "pause_all", "resume_all", "rule_of", "task_over", "trigger"]


def trigger(draft: Draft, name: str, key: str | None) -> None:
    """Tells all clocks that something happened; `key` is the task that it happened to."""
    task = draft.tasks.get(key) if key else None
    item = (task.item if task else None) or {}  # so that `limit_by` may be a fact of the item, such as the department
    facts = {**dict.fromkeys(draft.definition.facts), **draft.settings, **draft.facts, **item}
    rules = draft.definition.clocks
    _take(draft, clocks.on_trigger(rules, draft.clocks, name, key, facts, draft.now, draft.calendar))
    if draft.held:
        pause_all(draft)


def task_over(draft: Draft, key: str) -> None:
    """A task is no longer open: clocks that watched only it have nothing left to watch."""
    if key:
        _take(draft, clocks.stop_task(draft.clocks, key, draft.now))


def case_over(draft: Draft) -> None:
    """The case ended: clocks that measure to its end hear of it, then all stop."""
    trigger(draft, "case_ended", None)
    draft.held = False
    _take(draft, clocks.stop_all(draft.clocks, draft.now))


def pause_all(draft: Draft) -> None:
    _take(draft, clocks.hold(draft.clocks, draft.now, draft.calendar))


def resume_all(draft: Draft) -> None:
    _take(draft, clocks.release(draft.definition.clocks, draft.clocks, draft.now, draft.calendar))


def next_due(draft: Draft, until: datetime) -> Due | None:
    """The earliest thing that a clock has to do at or before `until`."""
    return next(iter(clocks.due(draft.clocks, until)), None)


def fire(draft: Draft, due: Due) -> ClockState:
    """Marks it as done and gives the clock as it is now."""
    _take(draft, clocks.fire(draft.clocks, due.key, due.kind, due.at))
    return next(clock for clock in draft.clocks if clock.key == due.key)


def rule_of(draft: Draft, clock: ClockState) -> ClockRule:
    return next(rule for rule in draft.definition.clocks if rule.id == clock.clock)


def _take(draft: Draft, result: tuple[Clocks, Clocks]) -> None:
    draft.clocks, changed = result
    for clock in changed:
        draft.emit(ClockChanged(clock))
