"""Random walks through a definition: at every point any allowed event may come, and after every step the laws hold.

Used with Hypothesis' `data`, so that a failing walk shrinks to its shortest form. The laws:
- every token on a person's step is an open task, and the other way round;
- no task is both open and closed, none closes twice, no key is used twice;
- a case ends exactly once, and then nothing is open and no clock runs;
- a case that is saved and restored between every two steps goes the same way as one that is not.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil, floor
from typing import Any

from hypothesis import strategies as st

from tests.support.processes import CALENDAR
from wanjia.engine import case_from_json, case_to_json, return_targets_of, step
from wanjia.engine.life import LIFE
from wanjia.engine.nouns import (
    AskOpinion,
    CapabilityDone,
    CapabilityFailed,
    CaseState,
    CaseStatus,
    ClockStatus,
    CloseTask,
    Complete,
    Definition,
    EndCase,
    Event,
    GiveOpinion,
    Hold,
    Message,
    OpenTask,
    Outcome,
    Release,
    ReturnTo,
    Start,
    TaskKind,
    Tick,
)
from wanjia.engine.process.tokens import all_tokens, tokens_from_json
from wanjia.model.faults import Refused
from wanjia.model.working_time import WorkCalendar

BEGIN = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
# A person may always be told these; a random person often is.
EXPECTED_REFUSALS = {
    "engine.message_unexpected",
    "engine.wrong_status",
    "engine.task_not_open",
    "engine.opinion_open",
    "engine.opinions_too_many",
    "engine.return_target",
    "engine.capability_not_waiting",
}


@dataclass
class Walk:
    """One case on its way. `draw` is Hypothesis' `data.draw`."""

    definition: Definition
    draw: Any
    start: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    payload: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    refusals: frozenset[str] = frozenset()
    calendar: WorkCalendar = CALENDAR
    now: datetime = BEGIN
    state: CaseState | None = None
    opened: set[str] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)
    ends: int = 0
    steps: int = 0

    def run(self, most: int) -> None:
        """Starts and goes on until the case ends or `most` events came."""
        self.happen(Start("person:1", dict(self.start), dict(self.settings)))
        while self.state is not None and self.state.status is CaseStatus.RUNNING and self.steps < most:
            self.now += timedelta(minutes=self.draw(st.integers(0, 600), label="minutes"))
            self.happen(self.draw(st.sampled_from(self.possible()), label="event"))

    def happen(self, event: Event) -> None:
        """One event, on the state as it is and on the state as it comes back from its saved form."""
        before = self.state
        first = self._try(before, event)
        again = self._try(None if before is None else reread(before), event)
        assert first == again, f"{event} goes another way after saving"
        if isinstance(first, Outcome):
            if before is not None:
                assert first.state.status in LIFE[type(event)][before.status], "a move that the table of life lacks"
            self.state = first.state
            self._follow(first)
            self._check(first.state)
        self.steps += 1

    def possible(self) -> list[Event]:
        """Every event that makes sense now."""
        assert self.state is not None
        events: list[Event] = [Tick()]
        events.append(Release("person:4") if self._held() else Hold("person:4", "storm"))
        for task in self.state.tasks:
            if task.kind is TaskKind.OPINION:
                events += [GiveOpinion("person:3", task.key, "fine")] * 2
                continue
            events.append(AskOpinion("person:2", task.key, "person:3", "safe?"))
            answers = self.answers(self.definition.steps[task.step].fields)
            events += [Complete(f"person:{task.step}", task.key, answers)] * 4  # four eyes see to it themselves
            targets = return_targets_of(self.definition, self.state, task.key)
            events += [ReturnTo("person:2", task.key, target, "not yet") for target in targets]
        for token in self.tokens():
            rule = self.definition.steps.get(token.node)
            if token.key and rule is not None and rule.kind == "capability":
                result = {name: self._value(fact) for name, fact in rule.outputs.items()}
                events.append(CapabilityDone("system", token.key, result))
                events.append(CapabilityFailed("system", token.key, "none"))
        keys = [None, *(task.key for task in self.state.tasks if task.kind is TaskKind.USER)]
        for name in self.definition.messages:
            payload = self.answers(tuple(self.payload.get(name, ())))
            events += [Message("person:1", name, payload, key) for key in keys]
        return events

    def _held(self) -> bool:
        assert self.state is not None and isinstance(self.state.process, dict)
        return self.state.process.get("held") is True

    def tokens(self) -> list[Any]:
        assert self.state is not None and isinstance(self.state.process, dict)
        return list(all_tokens(tokens_from_json(self.state.process["tokens"])))

    def _try(self, state: CaseState | None, event: Event) -> Outcome | list[str]:
        try:
            return step(self.definition, state, event, self.now, self.calendar)
        except Refused as refused:
            codes = [fault.code for fault in refused.faults]
            assert set(codes) <= EXPECTED_REFUSALS | self.refusals, (event, refused)
            return codes

    def answers(self, fields: tuple[str, ...]) -> dict[str, Any]:
        return {name: self._value(name) for name in fields}

    def _value(self, fact: str) -> Any:
        """A value that a fact's schema allows."""
        schema = self.definition.facts[fact]
        if "enum" in schema:
            return self.draw(st.sampled_from(schema["enum"]), label=fact)
        kinds: dict[Any, Any] = {
            "boolean": st.booleans(),
            "number": st.integers(ceil(schema.get("minimum", 0)), floor(schema.get("maximum", 50))),
            "integer": st.integers(schema.get("minimum", 0), schema.get("maximum", 50)),
            "array": st.just([{"id": "a", "department": "water"}]),
            "object": st.just({}),
        }
        return self.draw(kinds.get(schema.get("type"), st.just("text")), label=fact)

    def _follow(self, outcome: Outcome) -> None:
        for command in outcome.commands:
            if isinstance(command, OpenTask):
                assert command.task.key not in self.opened, "a key is used twice"
                self.opened.add(command.task.key)
            elif isinstance(command, CloseTask):
                assert command.task_key in self.opened - self.closed, "a task closes that is not open"
                self.closed.add(command.task_key)
            elif isinstance(command, EndCase):
                self.ends += 1

    def _check(self, state: CaseState) -> None:
        keys = {task.key for task in state.tasks}
        assert keys == self.opened - self.closed, "open tasks are not those that were opened and not closed"
        standing = {t.key for t in self.tokens() if t.key and self.definition.steps[t.node].kind == "user"}
        assert standing == {task.key for task in state.tasks if task.kind is TaskKind.USER}, "tokens are not tasks"
        assert self.ends == (0 if state.status is CaseStatus.RUNNING else 1)
        if state.status is not CaseStatus.RUNNING:
            assert not keys and not self.tokens()
            assert not [c for c in state.clocks if c.status in (ClockStatus.RUNNING, ClockStatus.PAUSED)]


def reread(state: CaseState) -> CaseState:
    """A state as it comes back from the store."""
    again = case_from_json(json.loads(json.dumps(case_to_json(state))))
    assert again == state
    return again
