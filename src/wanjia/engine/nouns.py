"""What goes into a step of a case and what comes out: states, events, commands. Frozen values, plain JSON inside."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Literal, TypeAlias

from wanjia.model.jsonvalue import Facts, Json
from wanjia.model.working_time import Limit


class CaseStatus(StrEnum):
    """Life of a case; `ended` carries the end event's id, `merged` the case it went into."""

    RUNNING = "running"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


class TaskKind(StrEnum):
    """`opinion` is an added opinion (加签) that hangs on another task and stands in no diagram."""

    USER = "user"
    OPINION = "opinion"


class ClockStatus(StrEnum):
    """`late` is a clock that expired and was stopped afterwards; `stopped` one that was kept."""

    RUNNING = "running"
    PAUSED = "paused"
    EXPIRED = "expired"
    STOPPED = "stopped"
    LATE = "late"


@dataclass(frozen=True)
class TaskState:
    """One open piece of work. `key` is unique in the case and never reused; `step` is the BPMN element's id."""

    key: str
    step: str
    kind: TaskKind
    role: str
    opened_at: datetime
    item: Facts | None = None
    assigned_to: str | None = None
    delegated_to: str | None = None
    question: str | None = None
    for_task: str | None = None
    escalated: int = 0


@dataclass(frozen=True)
class ClockState:
    """One running, paused or ended clock. `due_at` is None while paused; `remaining` then holds what is left.

    After a pause `remaining` stays as the limit of the run that began at `resumed_at`. `paused_by` names all that
    holds the clock now: the key of each task whose opening paused it, any other pause trigger by its name, `hold` (the
    whole case). `branch` is that of a clock of scope `item`, whose `task_key` is the task it now measures. A
    clock that `waits` ends well by running out, and is never the one that is due.
    """

    key: str
    clock: str
    task_key: str | None
    status: ClockStatus
    started_at: datetime
    due_at: datetime | None
    warn_at: tuple[datetime, ...]
    warned: int
    limit: Limit
    remaining: Limit | None
    edition_from: str
    stopped_at: datetime | None = None
    paused_at: datetime | None = None
    resumed_at: datetime | None = None
    paused_by: tuple[str, ...] = ()
    branch: str = ""
    waits: bool = False


@dataclass(frozen=True)
class EnteredRow:
    """A register row of this case that stands. `step` is the step whose event wrote it ("" for none), `later` the steps
    done since in its branch or around it: a return to one of those leaves the row alone."""

    key: str
    register: str
    step: str
    branch: str = ""
    later: tuple[str, ...] = ()


@dataclass(frozen=True)
class CaseState:
    """A whole case between two steps. `process` is the token mover's saved state and opaque to everybody else.

    `done_by` says who did the steps that somebody else must check: actor by `<branch>/<step>`, or `<step>` alone
    outside of any multi-instance branch.
    """

    practice: str
    version: str
    digest: str
    status: CaseStatus
    facts: Facts
    settings: Facts
    process: Json
    tasks: tuple[TaskState, ...]
    clocks: tuple[ClockState, ...]
    done_steps: tuple[str, ...]
    sequence: int
    end: str | None = None
    merged_into: str | None = None
    done_by: Mapping[str, str] = field(default_factory=dict)
    entered: tuple[EnteredRow, ...] = ()


# Events: what happened. `actor` is an opaque reference such as "person:12" or "system".


@dataclass(frozen=True)
class Start:
    """A request was accepted; `facts` are the answers of the start form (already valid)."""

    actor: str
    facts: Facts
    settings: Facts = field(default_factory=dict)


@dataclass(frozen=True)
class Complete:
    """A task was done with these answers (already valid against its form)."""

    actor: str
    task_key: str
    answers: Facts


@dataclass(frozen=True)
class ReturnTo:
    """驳回: the work goes back from an open task to an earlier step of this case."""

    actor: str
    task_key: str
    to_step: str
    reason: str


@dataclass(frozen=True)
class AskOpinion:
    """加签: somebody else is asked before the task goes on. `to` is an assignee reference."""

    actor: str
    task_key: str
    to: str
    question: str


@dataclass(frozen=True)
class GiveOpinion:
    """The answer to an added opinion; `task_key` is the opinion's own key."""

    actor: str
    task_key: str
    answer: str


@dataclass(frozen=True)
class PassOn:
    """转办: the task now belongs to somebody else for good."""

    actor: str
    task_key: str
    to: str
    reason: str


@dataclass(frozen=True)
class Delegate:
    """委托: somebody else may do it on the holder's behalf; the holder stays answerable. `to=None` ends it."""

    actor: str
    task_key: str
    to: str | None


@dataclass(frozen=True)
class Withdraw:
    """The requester takes the request back; refused once a step named in the practice is done."""

    actor: str
    reason: str


@dataclass(frozen=True)
class Urge:
    """催办: the requester or a superior presses; goes to the holders of all open tasks."""

    actor: str
    note: str


@dataclass(frozen=True)
class Reopen:
    """An ended case starts again at the step that the practice names."""

    actor: str
    reason: str


@dataclass(frozen=True)
class MergeInto:
    """This case is the same request as another one; it ends and follows that one."""

    actor: str
    case_number: str


@dataclass(frozen=True)
class Message:
    """A message of a declared name arrived; `task_key` narrows it to the instance that waits on that task.

    `branch` narrows it to the multi-instance branch, or the nearest one around it, in which somebody waits.
    """

    actor: str
    name: str
    payload: Facts = field(default_factory=dict)
    task_key: str | None = None
    branch: str | None = None


@dataclass(frozen=True)
class CapabilityDone:
    """What a capability returned for the service task `task_key`."""

    actor: str
    task_key: str
    result: Facts


@dataclass(frozen=True)
class CapabilityFailed:
    """A capability ended with an error code; goes to the task's error boundary, or stops the case visibly."""

    actor: str
    task_key: str
    error_code: str


@dataclass(frozen=True)
class Hold:
    """All running clocks of the case are paused for a stated reason until `Release`."""

    actor: str
    reason: str


@dataclass(frozen=True)
class Release:
    """The clocks paused by `Hold` run on."""

    actor: str


@dataclass(frozen=True)
class Tick:
    """Time went on: every warning and expiry due at or before `now` fires, in order of its instant."""

    actor: str = "clock"


Event: TypeAlias = (
    Start | Complete | ReturnTo | AskOpinion | GiveOpinion | PassOn | Delegate | Withdraw | Urge | Reopen | MergeInto
    | Message | CapabilityDone | CapabilityFailed | Hold | Release | Tick
)  # fmt: skip


# Commands: what the world must do now. The action layer carries them out in the transaction that saves the case.


@dataclass(frozen=True)
class OpenTask:
    """A new task stands open; the action finds its holder from the role."""

    task: TaskState


@dataclass(frozen=True)
class CloseTask:
    """A task is no longer open."""

    task_key: str
    how: Literal["done", "returned", "cancelled"]


@dataclass(frozen=True)
class Assign:
    """A task changes hands: `to` an assignee reference, or `delegated_to` for a substitute."""

    task_key: str
    to: str | None
    delegated_to: str | None


@dataclass(frozen=True)
class Escalate:
    """A task goes up `levels` levels because `clock` expired."""

    task_key: str
    clock: str
    levels: int


@dataclass(frozen=True)
class ClockChanged:
    """A clock was started, paused, resumed, warned, expired or stopped; upsert its row by `clock.key`."""

    clock: ClockState


@dataclass(frozen=True)
class Notify:
    """Tell `audience` (requester, holder:<task_key>, or a role id) the text `key` of the practice."""

    audience: str
    key: str
    values: Facts


@dataclass(frozen=True)
class WriteLetter:
    """Make the document `letter` of the practice from the facts as they are now."""

    letter: str
    facts: Facts


@dataclass(frozen=True)
class EnterRow:
    """Write a row into a register of the practice. `subject` is the value of the fact that says whose row it is,
    `values` the columns as they are now, `until_on` the day (ISO) after which the row counts no more."""

    key: str
    register: str
    branch: str
    trigger: str
    subject: Json
    values: Facts
    until_on: str | None


@dataclass(frozen=True)
class StrikeRow:
    """A row counts no more; it stays readable. `reason` is the trigger, or `withdrawn`, `merged`."""

    key: str
    register: str
    reason: str


@dataclass(frozen=True)
class CallCapability:
    """Run a registered capability and come back with CapabilityDone or CapabilityFailed."""

    task_key: str
    capability: str
    inputs: Facts
    step: str = ""
    branch: str = ""
    item: Facts | None = None


@dataclass(frozen=True)
class Record:
    """A line for the case's history: verb (stable code) and its data."""

    verb: str
    actor: str
    data: Facts


@dataclass(frozen=True)
class EndCase:
    """The case ended: at an end event (`end`), withdrawn or merged."""

    status: CaseStatus
    end: str | None


Command: TypeAlias = (
    OpenTask
    | CloseTask
    | Assign
    | Escalate
    | ClockChanged
    | Notify
    | WriteLetter
    | EnterRow
    | StrikeRow
    | CallCapability
    | Record
    | EndCase
)


@dataclass(frozen=True)
class Outcome:
    """Result of one step. Commands are in the order in which they happened."""

    state: CaseState
    commands: tuple[Command, ...]


# What a practice says, compiled: the engine's own view, free of files.


@dataclass(frozen=True)
class Edition:
    """A clock's limit from a day on; `limits` by the value of the clock's `limit_by` fact, or the single key "".

    `until` names a fact (or `item.<field>`) whose day or instant ends the clock instead; without it the limit applies.
    """

    from_on: str
    limits: Mapping[str, Limit]
    source: str
    sure: Literal["A", "B", "C", "M"]
    until: str | None = None


@dataclass(frozen=True)
class ClockRule:
    """One row of clocks.yaml; triggers are strings such as `opened:review`, see the practice reference."""

    id: str
    regime: str
    scope: Literal["case", "task", "item"]
    when: str | None
    start: tuple[str, ...]
    stop: tuple[str, ...]
    pause: tuple[str, ...]
    resume: tuple[str, ...]
    warn: tuple[Limit, ...]
    limit_by: str | None
    editions: tuple[Edition, ...]
    on_warn: tuple[Facts, ...]
    on_expire: tuple[Facts, ...]
    waits: bool = False


@dataclass(frozen=True)
class RegisterRule:
    """One row of registers.yaml: which events write a row of these facts, whose row it is, and which strike it."""

    id: str
    of: str | None
    when: str | None
    enter: tuple[str, ...]
    strike: tuple[str, ...]
    columns: tuple[str, ...]
    until: str | None


@dataclass(frozen=True)
class StepRule:
    """One BPMN activity: what it is and what it calls. `work` is the part of `implementation` after the colon."""

    id: str
    kind: Literal["user", "capability", "decision", "letter", "notice"]
    role: str
    work: str | None
    fields: tuple[str, ...]
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    multi_instance: Literal["", "parallel", "sequential"]


@dataclass(frozen=True)
class Source:
    """Parsed parts of a practice folder, ready to be compiled. File contents are bytes; the rest is plain JSON."""

    practice: str
    version: str
    digest: str
    bpmn: bytes
    dmn: bytes | None
    facts: Mapping[str, Facts]
    forms: Mapping[str, tuple[str, ...]]
    calls: Mapping[str, Facts]
    messages: Mapping[str, Facts]
    clocks: tuple[ClockRule, ...]
    returns: Mapping[str, tuple[str, ...]]
    withdraw_until: tuple[str, ...] | None
    reopen_to: str | None
    notice_audiences: Mapping[str, str]
    four_eyes: Mapping[str, str] = field(default_factory=dict)
    registers: tuple[RegisterRule, ...] = ()


@dataclass(frozen=True)
class Definition:
    """A compiled practice version: stored once, shared by all its cases."""

    practice: str
    version: str
    digest: str
    process: Json
    steps: Mapping[str, StepRule]
    decisions: Mapping[str, Json]
    facts: Mapping[str, Facts]
    clocks: tuple[ClockRule, ...]
    messages: Mapping[str, Facts]
    returns: Mapping[str, tuple[str, ...]]
    withdraw_until: tuple[str, ...] | None
    reopen_to: str | None
    notice_audiences: Mapping[str, str]
    four_eyes: Mapping[str, str] = field(default_factory=dict)
    registers: tuple[RegisterRule, ...] = ()

    @cached_property
    def unanswered(self) -> Facts:
        """Every declared fact as it is before anybody answered: null."""
        return dict.fromkeys(self.facts)

    @cached_property
    def item_facts(self) -> frozenset[str]:
        """Facts whose answers belong to the item of a multi-instance branch."""
        return frozenset(name for name, fact in self.facts.items() if fact.get("scope") == "item")

    @cached_property
    def hearing(self) -> Mapping[str, tuple[ClockRule, ...]]:
        """By trigger: the clocks that it starts, stops, pauses or resumes, in their order."""
        heard: dict[str, list[ClockRule]] = {}
        for rule in self.clocks:
            for name in dict.fromkeys((*rule.stop, *rule.pause, *rule.resume, *rule.start)):
                heard.setdefault(name, []).append(rule)
        return {name: tuple(rules) for name, rules in heard.items()}
