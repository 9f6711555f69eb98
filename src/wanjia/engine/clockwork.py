"""Where the machine meets the clocks: every call of `clocks.py` is here, and every change becomes a command.

Registers hear of the same events, so `trigger` tells them too.
"""

from collections.abc import Callable
from datetime import datetime

from wanjia.engine import clocks, registers
from wanjia.engine.clocks import Clocks, Due, Trigger
from wanjia.engine.draft import Draft
from wanjia.engine.nouns import ClockChanged, ClockRule, ClockState
from wanjia.model.jsonvalue import Facts

__all__ = [
    "Due",
    "branches_over",
    "case_over",
    "fire",
    "next_due",
    "pause_all",
    "resume_all",
    "rule_of",
    "task_gone",
    "task_over",
    "trigger",
]


def trigger(draft: Draft, name: str, key: str | None, branch: str = "", item: Facts | None = None) -> None:
    """Tells clocks and registers that something happened; `key` is its task, `branch` and `item` where it happened.

    Raises Refused when a register's condition cannot be computed.
    """
    registers.on_trigger(draft, name, branch, item)
    rules = draft.definition.hearing.get(name)
    if rules:
        facts = {**draft.definition.unanswered, **draft.settings, **draft.facts}
        happened = Trigger(name, key, branch, item)
        _take(draft, clocks.on_trigger(rules, draft.clocks, happened, facts, draft.now, draft.calendar))
    if draft.held:
        pause_all(draft)


def task_over(draft: Draft, key: str) -> None:
    """A task is done: clocks that watched only it have nothing left to watch."""
    if key:
        _take(draft, clocks.stop_task(draft.clocks, key, draft.now))


def task_gone(draft: Draft, key: str) -> None:
    """A task went away undone: as `task_over`, and what its opening paused runs on."""
    task_over(draft, key)
    if key:
        _take(draft, clocks.lift(draft.definition.clocks, draft.clocks, key, draft.now, draft.calendar))


def branches_over(draft: Draft, is_over: Callable[[str], bool]) -> None:
    """Multi-instance branches are over: their clocks stop, and who did what in them need not be known any more."""
    _take(draft, clocks.stop_branches(draft.clocks, is_over, draft.now))
    for place in [place for place in draft.done_by if is_over(place.rpartition("/")[0])]:
        del draft.done_by[place]


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
