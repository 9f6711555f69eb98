"""Clocks of a case as pure functions over their states: start, pause, run on, warn, expire, stop.

Every function takes all clocks of the case and gives back all of them and those that changed. A clock is due, and a
thing too late, at its `due_at` itself. Whoever ticks fires everything due (`due`, `fire`) before a trigger at the same
instant is handled; a clock that is stopped, paused or held after its end has run out either way.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from wanjia.engine.expressions import ExpressionError, compile_expression, evaluate
from wanjia.engine.nouns import ClockRule, ClockState, ClockStatus, Edition
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts, Json
from wanjia.model.working_time import (
    LIMIT_MAX_DAYS,
    Limit,
    UnknownYear,
    WorkCalendar,
    before,
    deadline,
    remaining,
)

Clocks: TypeAlias = tuple[ClockState, ...]
Kind: TypeAlias = Literal["warn", "expire"]

BY_HOLD = "hold"
# What format 1 wrote for every pause of a rule, when pauses were not yet counted; any resume of the rule ends it.
BY_RULE = "rule"
OPENED = "opened"
_ITEM = "item."
_OPEN = frozenset({ClockStatus.RUNNING, ClockStatus.PAUSED, ClockStatus.EXPIRED})
_UNFIRED = frozenset({ClockStatus.RUNNING, ClockStatus.PAUSED})
# At one instant a warning comes before the end that it warns of.
_RANK: Mapping[Kind, int] = {"warn": 0, "expire": 1}
# Conditions come from installed practices, a few hundred at most; each is compiled once a process.
_CONDITIONS_MAX = 2000
_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Due:
    """Something that a clock has to do at `at`: the `number`-th warning (from 1), or its expiry (number 0)."""

    at: datetime
    kind: Kind
    key: str
    number: int


@dataclass(frozen=True)
class Trigger:
    """Something that happened: `opened:review`, `case_started`, ...; the task and the branch that it happened in.

    `branch` is "" outside of every multi-instance branch, `item` the branch's fields as they are.
    """

    name: str
    task_key: str | None = None
    branch: str = ""
    item: Facts | None = None

    @property
    def kind(self) -> str:
        return self.name.partition(":")[0]

    @property
    def step(self) -> str:
        """The step of the task; "" for triggers that are about no task."""
        return "" if self.kind == "message" else self.name.partition(":")[2]

    @property
    def cause(self) -> str:
        """What a pause by this trigger is called: the task that opened, so that each one's end lifts its own pause."""
        if self.kind != OPENED:
            return self.name
        return self.task_key or "/".join(filter(None, (self.branch, self.step)))


def on_trigger(
    rules: Iterable[ClockRule],
    clocks: Clocks,
    trigger: Trigger,
    facts: Mapping[str, Json],
    now: datetime,
    calendar: WorkCalendar,
) -> tuple[Clocks, Clocks]:
    """What a trigger does to all clocks.

    Per rule, in this order: stop, pause, resume, start; so one trigger may end a clock and start the next. A start is
    ignored while the rule's clock (for scope `task`: this task's; `item`: this branch's) is open. Raises Refused with
    `clock.*` or `expression.*` faults for a year without a calendar or a condition that cannot be evaluated; nothing
    changed then.
    """
    after = clocks
    for rule in rules:
        for triggers, change in (
            (rule.stop, lambda clock, _: _stopped(clock, now)),
            (rule.pause, lambda clock, _: _paused(clock, trigger.cause, now, calendar)),
            (rule.resume, lambda clock, rule: _resumed(clock, _lifted(rule, clock, trigger), rule, now, calendar)),
        ):
            if trigger.name in triggers:
                after = _changed(after, rule, _meant(rule, after, trigger), change)
        if trigger.name in rule.start and _holds(rule, facts, trigger.item):
            after = _with_new(after, rule, trigger, facts, now, calendar)
    return after, _difference(clocks, after)


def _lifted(rule: ClockRule, clock: ClockState, trigger: Trigger) -> frozenset[str]:
    """The causes that a resume trigger ends: a pausing task's own end only its own pause, anything else all of them."""
    if f"{OPENED}:{trigger.step}" in rule.pause:
        own = replace(trigger, name=f"{OPENED}:{trigger.step}").cause
        return frozenset({own, BY_RULE})
    return frozenset(clock.paused_by) - {BY_HOLD}


def due(clocks: Iterable[ClockState], now: datetime) -> tuple[Due, ...]:
    """Every warning and expiry at or before `now` that has not fired, by instant, warnings first, then by key."""
    found = [event for clock in clocks if _has_one(clock, now) for event in _events(clock) if event.at <= now]
    return tuple(sorted(found, key=lambda event: (event.at, _RANK[event.kind], event.key, event.number)))


def next_at(clocks: Iterable[ClockState]) -> datetime | None:
    """The instant of the next warning or expiry of any of them."""
    return min((event.at for clock in clocks for event in _events(clock)), default=None)


def fire(clocks: Clocks, key: str, kind: Kind, now: datetime) -> tuple[Clocks, Clocks]:
    """Mark the next warning, or the expiry, of one clock as fired. Nothing changes when it is not due at `now`."""
    after = tuple(_fired(clock, kind, now) if clock.key == key else clock for clock in clocks)
    return after, _difference(clocks, after)


def hold(clocks: Clocks, now: datetime, calendar: WorkCalendar) -> tuple[Clocks, Clocks]:
    """Stop the running of all clocks of a case; clocks that start meanwhile are held as well. Raises Refused."""
    after = tuple(_paused(clock, BY_HOLD, now, calendar) for clock in clocks)
    return after, _difference(clocks, after)


def release(rules: Iterable[ClockRule], clocks: Clocks, now: datetime, calendar: WorkCalendar) -> tuple[Clocks, Clocks]:
    """Let all held clocks run on, but for those that a pause of their own rule still holds. Raises Refused."""
    by_id = {rule.id: rule for rule in rules}
    lifted = frozenset({BY_HOLD})
    after = tuple(_resumed(clock, lifted, by_id.get(clock.clock), now, calendar) for clock in clocks)
    return after, _difference(clocks, after)


def stop_all(clocks: Clocks, now: datetime) -> tuple[Clocks, Clocks]:
    """The case is over (ended, withdrawn, merged): nothing may fire any more."""
    after = tuple(_stopped(clock, now) for clock in clocks)
    return after, _difference(clocks, after)


def stop_task(clocks: Clocks, task_key: str, now: datetime) -> tuple[Clocks, Clocks]:
    """A task is over: its own clocks have nothing to measure any more. Those of its branch go on with the branch."""
    if all(clock.task_key != task_key for clock in clocks):
        return clocks, ()
    after = tuple(
        _stopped(clock, now) if clock.task_key == task_key and not clock.branch else clock for clock in clocks
    )
    return after, _difference(clocks, after)


def stop_branches(clocks: Clocks, is_over: Callable[[str], bool], now: datetime) -> tuple[Clocks, Clocks]:
    """The clocks of scope `item` whose multi-instance branch is over."""
    if not any(clock.branch for clock in clocks):
        return clocks, ()
    after = tuple(_stopped(clock, now) if clock.branch and is_over(clock.branch) else clock for clock in clocks)
    return after, _difference(clocks, after)


def lift(
    rules: Iterable[ClockRule], clocks: Clocks, task_key: str, now: datetime, calendar: WorkCalendar
) -> tuple[Clocks, Clocks]:
    """A task went away undone (cancelled, returned): what its opening paused runs on, as its end can come no more."""
    by_id, lifted = {rule.id: rule for rule in rules}, frozenset({task_key})
    after = tuple(_resumed(clock, lifted, by_id.get(clock.clock), now, calendar) for clock in clocks)
    return after, _difference(clocks, after)


def strictest(clocks: Iterable[ClockState]) -> ClockState | None:
    """The clock to show: the earliest end among those running or run out. None when all stand or only wait."""
    shown = [(c.due_at, c.key, c) for c in clocks if c.due_at and c.status in _OPEN and not c.waits]
    return min(shown, key=lambda entry: entry[:2])[2] if shown else None


def _meant(rule: ClockRule, clocks: Clocks, trigger: Trigger) -> frozenset[str]:
    """Keys of the rule's open clocks that a trigger is about.

    A clock of scope `item` hears the triggers of its own branch. A clock of scope `task` hears those of its own task; a
    trigger of another step (a supplement that pauses a review) is about the clock of the task whose key comes with it,
    and about all of the rule's clocks when none has it.
    """
    open_clocks = [clock for clock in clocks if clock.clock == rule.id and clock.status in _OPEN]
    everyone = frozenset(clock.key for clock in open_clocks)
    if rule.scope == "item":
        return frozenset(clock.key for clock in open_clocks if clock.branch == trigger.branch)
    if rule.scope == "case" or trigger.task_key is None:
        return everyone
    own = frozenset(clock.key for clock in open_clocks if clock.task_key == trigger.task_key)
    return own if own or trigger.step in watched_steps(rule) else everyone


def watched_steps(rule: ClockRule) -> frozenset[str]:
    """The steps whose tasks a clock measures: those named in its start triggers (`opened:review` gives review)."""
    return frozenset(step for name in rule.start if (step := Trigger(name).step))


def _changed(
    clocks: Clocks, rule: ClockRule, keys: frozenset[str], change: Callable[[ClockState, ClockRule], ClockState]
) -> Clocks:
    return tuple(change(clock, rule) if clock.key in keys else clock for clock in clocks)


def _difference(old: Clocks, new: Clocks) -> Clocks:
    if old is new:
        return ()
    known = {clock.key: clock for clock in old}
    return tuple(clock for clock in new if (was := known.get(clock.key)) is not clock and was != clock)


def _holds(rule: ClockRule, facts: Mapping[str, Json], item: Facts | None) -> bool:
    """Whether the rule's condition is true; null is not, and outside of a branch every `item.<field>` is null."""
    if rule.when is None:
        return True
    where = Where("clocks.yaml", 0, f"{rule.id}.when")
    tree, faults = _condition(rule.when, where)
    if faults:
        raise Refused(faults)
    try:
        return evaluate(tree, facts, item or {}) is True
    except ExpressionError as error:
        raise Refused([error.fault(where, rule.when)]) from error


@lru_cache(maxsize=_CONDITIONS_MAX)
def _condition(text: str, where: Where) -> tuple[Json | None, tuple[Fault, ...]]:
    return compile_expression(text, where)


def _with_new(
    clocks: Clocks,
    rule: ClockRule,
    trigger: Trigger,
    facts: Mapping[str, Json],
    now: datetime,
    calendar: WorkCalendar,
) -> Clocks:
    if rule.scope == "item" and not trigger.branch:
        return clocks
    earlier = [clock for clock in clocks if clock.clock == rule.id]
    if rule.scope == "item" and any(_measures(clock, trigger) for clock in earlier):
        # The branch's next task, a review after its supplement: the clock that runs passes on to it.
        return tuple(
            replace(clock, task_key=trigger.task_key) if clock.clock == rule.id and _measures(clock, trigger) else clock
            for clock in clocks
        )
    watched = None if rule.scope == "case" else trigger.task_key
    if rule.scope != "item" and any(clock.status in _OPEN and clock.task_key == watched for clock in earlier):
        return clocks
    key = f"{rule.id}#{len(earlier) + 1}" if earlier else rule.id
    started = replace(trigger, task_key=watched, branch=trigger.branch if rule.scope == "item" else "")
    clock = _started(rule, key, started, facts, now, calendar)
    is_held = any(BY_HOLD in other.paused_by for other in clocks)
    return (*clocks, _paused(clock, BY_HOLD, now, calendar) if is_held else clock)


def _measures(clock: ClockState, trigger: Trigger) -> bool:
    return clock.status in _OPEN and clock.branch == trigger.branch


def _started(
    rule: ClockRule,
    key: str,
    trigger: Trigger,
    facts: Mapping[str, Json],
    now: datetime,
    calendar: WorkCalendar,
) -> ClockState:
    edition = edition_on(rule, calendar.day_of(now))
    known = {**facts, **(trigger.item or {})}
    until = _until(edition, known, now, calendar)
    limit = until[0] if until else _reckoned(rule.id, lambda: _limit(edition, rule.limit_by, known, now, calendar))
    started = ClockState(
        key=key,
        clock=rule.id,
        task_key=trigger.task_key,
        status=ClockStatus.RUNNING,
        started_at=now,
        due_at=None,
        warn_at=(),
        warned=0,
        limit=limit,
        remaining=None,
        edition_from=edition.from_on,
        branch=trigger.branch,
        waits=rule.waits,
    )
    return _ending(started, rule, now, until[1], calendar) if until else _running(started, rule, now, limit, calendar)


def _until(
    edition: Edition, facts: Mapping[str, Json], now: datetime, calendar: WorkCalendar
) -> tuple[Limit, datetime] | None:
    """Days up to the date that ends the clock, or minutes up to the instant, and that end; at once when it is past.

    None when there is none, or it is no honest date.
    """
    value = facts.get(edition.until.removeprefix(_ITEM)) if edition.until else None
    if isinstance(value, str) and "T" in value:
        return _until_instant(value, now, calendar)
    try:
        days = (date.fromisoformat(str(value)) - calendar.day_of(now)).days
    except ValueError:
        return None
    # Further away than any limit may be: somebody slipped while typing the year.
    if days > LIMIT_MAX_DAYS:
        return None
    limit = Limit(max(days, 0), "days")
    return limit, calendar.end_of(calendar.day_of(now) + timedelta(days=limit.value))


def _until_instant(value: str, now: datetime, calendar: WorkCalendar) -> tuple[Limit, datetime] | None:
    """An instant without an offset is of the company's zone."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    ends_at = max((at if at.tzinfo else at.replace(tzinfo=ZoneInfo(calendar.zone))).astimezone(UTC), now)
    if ends_at - now > timedelta(days=LIMIT_MAX_DAYS):
        return None
    return Limit(-((now - ends_at) // timedelta(minutes=1)), "minutes"), ends_at


def edition_on(rule: ClockRule, day: date) -> Edition:
    """The edition in force on a day: the latest that began; before the first one, the first, rather than no clock."""
    editions = sorted(rule.editions, key=lambda edition: edition.from_on)
    begun = [edition for edition in editions if edition.from_on <= day.isoformat()]
    return begun[-1] if begun else editions[0]


def _limit(
    edition: Edition, limit_by: str | None, facts: Mapping[str, Json], now: datetime, calendar: WorkCalendar
) -> Limit:
    """The limit of the fact's value; without a value, or with one that has no limit, the strictest of all."""
    value = facts.get(limit_by.removeprefix(_ITEM)) if limit_by else None
    if isinstance(value, str) and value in edition.limits:
        return edition.limits[value]
    ends = [(deadline(calendar, now, limit), name, limit) for name, limit in edition.limits.items()]
    return min(ends, key=lambda entry: entry[:2])[2]


def _running(
    clock: ClockState, rule: ClockRule | None, since: datetime, limit: Limit, calendar: WorkCalendar
) -> ClockState:
    """The clock with the end and the warnings of a run of `limit` that begins at `since`."""
    return _ending(clock, rule, since, _reckoned(clock.clock, lambda: deadline(calendar, since, limit)), calendar)


def _ending(
    clock: ClockState, rule: ClockRule | None, since: datetime, due_at: datetime, calendar: WorkCalendar
) -> ClockState:
    warn = rule.warn if rule else ()
    warn_at = tuple(sorted(_warning(calendar, due_at, ahead, since) for ahead in warn))
    return replace(clock, status=ClockStatus.RUNNING, due_at=due_at, warn_at=warn_at)


def _warning(calendar: WorkCalendar, due_at: datetime, ahead: Limit, since: datetime) -> datetime:
    """A warning that would lie before the run begins is due at once."""
    since = since.astimezone(UTC)
    try:
        return max(before(calendar, due_at, ahead), since)
    except UnknownYear:
        # Only years before the run's own are asked for here, so the warning lies before its beginning.
        return since


def _reckoned(clock: str, reckon: Callable[[], _Value]) -> _Value:
    try:
        return reckon()
    except UnknownYear as error:
        where = Where("clocks.yaml", 0, clock)
        raise Refused([Fault("clock.unknown_year", where, {"clock": clock, "year": error.year})]) from error


def _paused(clock: ClockState, cause: str, now: datetime, calendar: WorkCalendar) -> ClockState:
    if clock.status not in _UNFIRED or cause in clock.paused_by or _is_over(clock, now):
        return clock
    if clock.status is ClockStatus.PAUSED:
        return replace(clock, paused_by=(*clock.paused_by, cause))
    since, limit = clock.resumed_at or clock.started_at, clock.remaining or clock.limit
    left = _reckoned(clock.clock, lambda: remaining(calendar, since, now, limit))
    return replace(clock, status=ClockStatus.PAUSED, due_at=None, remaining=left, paused_at=now, paused_by=(cause,))


def _resumed(
    clock: ClockState, lifted: frozenset[str], rule: ClockRule | None, now: datetime, calendar: WorkCalendar
) -> ClockState:
    if clock.status is not ClockStatus.PAUSED or lifted.isdisjoint(clock.paused_by):
        return clock
    others = tuple(other for other in clock.paused_by if other not in lifted)
    if others:
        return replace(clock, paused_by=others)
    left = clock.remaining or clock.limit
    running = _running(clock, rule, now, left, calendar)
    return replace(running, remaining=left, resumed_at=now, paused_at=None, paused_by=())


def _stopped(clock: ClockState, now: datetime) -> ClockState:
    if clock.status not in _OPEN:
        return clock
    late = not clock.waits and (clock.status is ClockStatus.EXPIRED or _is_over(clock, now))
    return replace(clock, status=ClockStatus.LATE if late else ClockStatus.STOPPED, stopped_at=now, paused_by=())


def _fired(clock: ClockState, kind: Kind, now: datetime) -> ClockState:
    if all(event.kind != kind or event.at > now for event in _events(clock)):
        return clock
    if kind == "expire":
        return _stopped(clock, now) if clock.waits else replace(clock, status=ClockStatus.EXPIRED)
    return replace(clock, warned=clock.warned + 1)


def _events(clock: ClockState) -> list[Due]:
    """All that a running clock still has to do, in order."""
    if clock.status is not ClockStatus.RUNNING or clock.due_at is None:
        return []
    left = enumerate(clock.warn_at[clock.warned :], start=clock.warned + 1)
    warnings = [Due(at, "warn", clock.key, number) for number, at in left]
    return [*warnings, Due(clock.due_at, "expire", clock.key, 0)]


def _has_one(clock: ClockState, now: datetime) -> bool:
    """Whether something of it may be due; most clocks of a case have nothing to do yet."""
    if clock.status is not ClockStatus.RUNNING or clock.due_at is None:
        return False
    return clock.due_at <= now or any(at <= now for at in clock.warn_at[clock.warned :])


def _is_over(clock: ClockState, now: datetime) -> bool:
    return clock.due_at is not None and clock.due_at <= now
