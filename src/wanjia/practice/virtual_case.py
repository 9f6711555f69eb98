"""One case on a virtual clock: time goes from due instant to due instant, capabilities are answered as asked."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from wanjia.engine.clocks import next_at
from wanjia.engine.handling.news import awaits_answer
from wanjia.engine.machine import step
from wanjia.engine.nouns import (
    CallCapability,
    CapabilityDone,
    CapabilityFailed,
    CaseState,
    CaseStatus,
    Command,
    EnterRow,
    Event,
    Start,
    StrikeRow,
    Tick,
)
from wanjia.model.capabilities import REGISTER_STANDING
from wanjia.model.jsonvalue import Facts
from wanjia.model.working_time import WorkCalendar
from wanjia.practice.computed import COMPUTED
from wanjia.practice.limits import SCENARIO_EVENTS_MAX
from wanjia.practice.nouns import Practice
from wanjia.practice.standing import standing_of

SYSTEM = "system"

# A capability's answer: what it gives, or the error code with which it ends.
Answer: TypeAlias = tuple[Facts, str | None]
World: TypeAlias = Callable[[str, Facts, datetime], Answer]


class Unanswered(Exception):
    """The world has no answer for a capability that the process called."""

    def __init__(self, capability: str) -> None:
        self.capability = capability
        super().__init__(capability)


class Endless(Exception):
    """More events than any honest case has."""


@dataclass(frozen=True)
class Happened:
    """One event of the case, when it was, and what came of it."""

    at: datetime
    event: Event
    commands: tuple[Command, ...]


@dataclass
class VirtualCase:
    """Runs one practice. `now` moves only forward; `journal` holds every event with its commands."""

    practice: Practice
    calendar: WorkCalendar
    world: World
    now: datetime
    state: CaseState | None = None
    journal: list[Happened] = field(default_factory=list)
    events_max: int = SCENARIO_EVENTS_MAX

    def start(self, actor: str, facts: Facts, settings: Facts) -> None:
        """Open the case. Raises Refused, Unanswered."""
        self.send(Start(actor, facts, {**self.practice.defaults, **settings}))

    def send(self, event: Event) -> None:
        """Let one event happen now, and everything that follows from it without time passing."""
        waiting: list[Event | CallCapability] = [event]
        while waiting:
            happening = waiting.pop(0)
            if isinstance(happening, CallCapability):
                if self.state is None or not awaits_answer(self.state, happening.task_key):
                    continue  # the answer to another call has led away from it
                happening = self._answered(happening)
            if len(self.journal) >= self.events_max:
                raise Endless
            outcome = step(self.practice.definition, self.state, happening, self.now, self.calendar)
            self.state = outcome.state
            self.journal.append(Happened(self.now, happening, outcome.commands))
            waiting += [command for command in outcome.commands if isinstance(command, CallCapability)]

    def advance(self, until: datetime) -> None:
        """Go to `until`, letting every clock fire at its own instant on the way."""
        while (at := self.next_due()) is not None and at <= until:
            self.now = max(self.now, at)
            self.send(Tick())
        self.now = max(self.now, until)

    def next_due(self) -> datetime | None:
        """The instant of the next warning or expiry; None when no clock has anything left to do."""
        if self.state is None or self.state.status is not CaseStatus.RUNNING:
            return None
        return next_at(self.state.clocks)

    def standing(self, register: str) -> list[EnterRow]:
        """The rows that this case has in a register and that are not struck."""
        commands = [command for happened in self.journal for command in happened.commands]
        struck = {command.key for command in commands if isinstance(command, StrikeRow)}
        rows = [command for command in commands if isinstance(command, EnterRow) and command.key not in struck]
        return [row for row in rows if row.register == register]

    def _answered(self, call: CallCapability) -> Event:
        facts, error = self._answer(call)
        if error is not None:
            return CapabilityFailed(SYSTEM, call.task_key, error)
        return CapabilityDone(SYSTEM, call.task_key, facts)

    def _answer(self, call: CallCapability) -> Answer:
        """What the world says. Of registers, unless it says more, the case knows its own rows."""
        try:
            return self.world(call.capability, call.inputs, self.now)
        except Unanswered:
            if call.capability != REGISTER_STANDING or self.practice.looks[call.step] not in self.practice.registers:
                raise
            return self._own_standing(call), None

    def _own_standing(self, call: CallCapability) -> Facts:
        register, of = self.practice.registers[self.practice.looks[call.step]], call.inputs.get("of")
        today = self.calendar.day_of(self.now).isoformat()
        rows = [
            row.values for row in self.standing(register.id)
            if (of is None or row.subject == of) and (row.until_on is None or row.until_on >= today)
        ]  # fmt: skip
        return standing_of(register, rows)


def calendar_answer(capability: str, inputs: Facts, now: datetime, calendar: WorkCalendar) -> Facts | None:
    """What a capability answers that needs nothing but its inputs and the calendar; None for any other."""
    compute = COMPUTED.get(capability)
    try:
        return compute(inputs, now, calendar) if compute else None
    except ValueError:
        return None


def later(calendar: WorkCalendar, at: datetime, after: str) -> datetime:
    """`at` plus `2h 30m`, `3d` or `2wd`; days and working days keep the time of day in the company's zone."""
    for part in after.split():
        unit = part.lstrip("0123456789")
        count = int(part.removesuffix(unit))
        at = _days_later(calendar, at, count, unit) if unit in ("d", "wd") else at + count * _STEPS[unit]
    return at.astimezone(UTC)


_STEPS = {"m": timedelta(minutes=1), "h": timedelta(hours=1)}


def _days_later(calendar: WorkCalendar, at: datetime, count: int, unit: str) -> datetime:
    local = calendar.local(at)
    day = local.date()
    if unit == "d":
        day += timedelta(days=count)
    elif count:
        day = calendar.working_day_from(day + timedelta(days=1), count - 1)
    return local.replace(year=day.year, month=day.month, day=day.day)
