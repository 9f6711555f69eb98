"""A case while one step is being worked out: what changes so far, and the commands in the order they came about."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, NoReturn

from wanjia.engine.nouns import (
    CaseState,
    CaseStatus,
    ClockState,
    CloseTask,
    Command,
    Definition,
    EndCase,
    EnteredRow,
    OpenTask,
    Outcome,
    Record,
    TaskKind,
    TaskState,
)
from wanjia.engine.process.tokens import Token, tokens_from_json, tokens_to_json
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts
from wanjia.model.working_time import WorkCalendar

STATE_FORMAT = 1


@dataclass
class Draft:
    """Mutable, and alive for one step only; the state it was made from is never touched.

    `now` moves while a Tick is worked out: what an expiry causes happens at the expiry's instant.
    """

    definition: Definition
    calendar: WorkCalendar
    now: datetime
    actor: str
    facts: Facts
    settings: Facts
    status: CaseStatus = CaseStatus.RUNNING
    tokens: tuple[Token, ...] = ()
    tasks: dict[str, TaskState] = field(default_factory=dict)
    clocks: tuple[ClockState, ...] = ()
    done_steps: list[str] = field(default_factory=list)
    sequence: int = 0
    end: str | None = None
    merged_into: str | None = None
    done_by: dict[str, str] = field(default_factory=dict)
    entered: tuple[EnteredRow, ...] = ()
    held: bool = False
    urged_at: str | None = None
    reached_end: str | None = None
    commands: list[Command] = field(default_factory=list)

    @classmethod
    def of(cls, definition: Definition, state: CaseState, now: datetime, calendar: WorkCalendar, actor: str) -> "Draft":
        """A draft of a saved case. Raises Refused when its saved process cannot be read."""
        saved = state.process if isinstance(state.process, dict) else {}
        if saved.get("format") != STATE_FORMAT:
            raise Refused(
                [Fault("engine.state_format", Where(), {"format": saved.get("format"), "known": STATE_FORMAT})]
            )
        urged_at, reached_end = saved.get("urged_at"), saved.get("end")
        return cls(
            definition=definition,
            calendar=calendar,
            now=now,
            actor=actor,
            facts=dict(state.facts),
            settings=state.settings,
            status=state.status,
            tokens=tokens_from_json(saved.get("tokens", [])),
            tasks={task.key: task for task in state.tasks},
            clocks=state.clocks,
            done_steps=list(state.done_steps),
            sequence=state.sequence,
            end=state.end,
            merged_into=state.merged_into,
            done_by=dict(state.done_by),
            entered=state.entered,
            held=saved.get("held") is True,
            urged_at=urged_at if isinstance(urged_at, str) else None,
            reached_end=reached_end if isinstance(reached_end, str) else None,
        )

    def outcome(self) -> Outcome:
        """The finished step."""
        process: Facts = {"format": STATE_FORMAT, "tokens": tokens_to_json(self.tokens)}
        if self.held:
            process["held"] = True
        if self.urged_at is not None:
            process["urged_at"] = self.urged_at
        if self.reached_end is not None:
            process["end"] = self.reached_end
        definition = self.definition
        state = CaseState(
            practice=definition.practice,
            version=definition.version,
            digest=definition.digest,
            status=self.status,
            facts=self.facts,
            settings=self.settings,
            process=process,
            tasks=tuple(self.tasks.values()),
            clocks=self.clocks,
            done_steps=tuple(self.done_steps),
            sequence=self.sequence,
            end=self.end,
            merged_into=self.merged_into,
            done_by=self.done_by,
            entered=self.entered,
        )
        return Outcome(state, tuple(self.commands))

    def emit(self, command: Command) -> None:
        self.commands.append(command)

    def record(self, verb: str, **data: Any) -> None:
        self.emit(Record(verb, self.actor, data))

    def refuse(self, code: str, **values: Any) -> NoReturn:
        """Ends the step: nothing is changed."""
        raise Refused([Fault(f"engine.{code}", Where(column=str(values.get("task", ""))), values)])

    def task(self, key: str) -> TaskState:
        """The open task with this key. Raises Refused when there is none."""
        if key not in self.tasks:
            self.refuse("task_not_open", task=key)
        return self.tasks[key]

    def next_key(self, letter: str) -> str:
        self.sequence += 1
        return f"{letter}{self.sequence}"

    def open_task(self, task: TaskState) -> None:
        self.tasks[task.key] = task
        self.emit(OpenTask(task))

    def change_task(self, key: str, **changes: Any) -> TaskState:
        self.tasks[key] = replace(self.tasks[key], **changes)
        return self.tasks[key]

    def close_task(self, key: str, how: Literal["done", "returned", "cancelled"]) -> None:
        """Takes a task off the list, and with it the opinions that were asked for it."""
        del self.tasks[key]
        self.emit(CloseTask(key, how))
        for opinion in self.opinions_on(key):
            self.close_task(opinion.key, "cancelled")

    def opinions_on(self, key: str) -> list[TaskState]:
        return [task for task in self.tasks.values() if task.for_task == key]

    def user_tasks(self) -> list[TaskState]:
        return [task for task in self.tasks.values() if task.kind is TaskKind.USER]

    def close_all(self) -> None:
        for task in self.user_tasks():
            self.close_task(task.key, "cancelled")
        self.tokens = ()

    def mark_ended(self, status: CaseStatus, end: str | None) -> None:
        self.status, self.end, self.reached_end = status, end, None
        self.emit(EndCase(status, end))
