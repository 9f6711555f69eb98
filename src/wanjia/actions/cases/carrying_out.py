"""Turns the engine's commands into rows, inside the transaction that saves the case."""

from collections.abc import Callable
from datetime import datetime

from wanjia.actions.cases.holders import Holder, above, by_reference, find_holder
from wanjia.actions.cases.letters import issue_letter
from wanjia.actions.cases.notices import notify, tell_holder
from wanjia.engine import nouns as engine
from wanjia.engine.clocks import strictest
from wanjia.model.actors import Actor
from wanjia.model.jsonvalue import Facts
from wanjia.practice.nouns import Practice, Role
from wanjia.practice.titles import title_of
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.models import Case, Clock, Task


class Carrier:
    """Carries out the commands of one or more steps of one locked case and collects its history lines."""

    def __init__(self, case: Case, practice: Practice, actor: Actor, now: datetime) -> None:
        self.case, self.practice, self.actor, self.now = case, practice, actor, now
        self.day = work_calendar().day_of(now)
        self.history: list[tuple[str, Facts]] = []
        self.calls: list[engine.CallCapability] = []
        self.facts: Facts = {}
        self._by_kind: dict[type, Callable[..., None]] = {
            engine.OpenTask: self._open_task,
            engine.CloseTask: self._close_task,
            engine.Assign: self._assign,
            engine.Escalate: self._escalate,
            engine.ClockChanged: self._clock_changed,
            engine.Notify: self._notify,
            engine.WriteLetter: self._write_letter,
            engine.CallCapability: self._call,
            engine.Record: self._record,
            engine.EndCase: self._end_case,
        }

    def carry_out(self, outcome: engine.Outcome) -> list[engine.CallCapability]:
        """Apply the commands in order; the capability calls come back to the caller."""
        self.calls = []
        self.facts = outcome.state.facts
        for command in outcome.commands:
            self._by_kind[type(command)](command)
        return self.calls

    def refresh_copies(self, state: engine.CaseState) -> None:
        """Set the case's searchable columns from the saved state."""
        shown = strictest(state.clocks)
        self.case.status = state.status.value
        self.case.end = state.end or ""
        self.case.due_at = shown.due_at if shown else None
        self.case.late = any(clock.status in ("expired", "late") for clock in state.clocks)
        self.case.title = title_of(self.practice, state.facts, "zh-Hans")[:200]
        self.case.title_en = title_of(self.practice, state.facts, "en")[:200]
        self._refresh_task_dues(state)

    def _refresh_task_dues(self, state: engine.CaseState) -> None:
        """A task is due when its own clock is, or the case's strictest clock, whichever comes first."""
        for task in state.tasks:
            own = tuple(clock for clock in state.clocks if clock.task_key in (None, task.key))
            shown = strictest(own)
            due_at = shown.due_at if shown else None
            Task.objects.filter(case=self.case, key=task.key).exclude(due_at=due_at).update(due_at=due_at)
            if due_at is not None:
                Task.objects.filter(case=self.case, key=task.key, due_at=None).update(due_at=due_at)

    def _open_task(self, command: engine.OpenTask) -> None:
        task = command.task
        if task.kind == engine.TaskKind.OPINION:
            holder = by_reference(task.assigned_to or "", self.case, self.day)
        else:
            rule = self.practice.roles.get(task.role) or Role(task.role, "post", role=task.role)
            holder = find_holder(rule, self.case, self.facts, task.item, self.day)
        row = Task(
            case=self.case, key=task.key, step=task.step, kind=task.kind.value, role=task.role, item=task.item,
            question=task.question or "", for_task=task.for_task or "", opened_at=task.opened_at,
        )  # fmt: skip
        _give(row, holder)
        row.save()
        tell_holder(self.case, row, "task_opened", self.now)

    def _close_task(self, command: engine.CloseTask) -> None:
        self._task(command.task_key).update(
            status=command.how, closed_at=self.now, closed_by=self.actor.reference, due_at=None
        )

    def _assign(self, command: engine.Assign) -> None:
        row = self._task(command.task_key).get()
        if command.to is not None:
            _give(row, by_reference(command.to, self.case, self.day))
        if command.delegated_to is None:
            row.delegated_to = None
        else:
            row.delegated_to = by_reference(command.delegated_to, self.case, self.day).person
        row.save()
        tell_holder(self.case, row, "task_handed", self.now)

    def _escalate(self, command: engine.Escalate) -> None:
        row = self._task(command.task_key).select_related("post__organisation", "holder", "organisation").get()
        holder = above(row, command.levels, self.day)
        before = row.holder_id
        _give(row, holder)
        row.escalated += command.levels
        row.save()
        data: Facts = {"task": row.key, "step": row.step, "clock": command.clock, "from": before, "to": row.holder_id}
        self.history.append(("task_escalated", data))
        tell_holder(self.case, row, "task_escalated", self.now)

    def _clock_changed(self, command: engine.ClockChanged) -> None:
        clock = command.clock
        rule = next(rule for rule in self.practice.definition.clocks if rule.id == clock.clock)
        values = {
            "clock": clock.clock,
            "regime": rule.regime,
            "task_key": clock.task_key or "",
            "status": clock.status.value,
            "started_at": clock.started_at,
            "due_at": clock.due_at,
            "next_at": next_firing(clock),
            "stopped_at": clock.stopped_at,
            "limit_value": clock.limit.value,
            "limit_unit": clock.limit.unit,
            "edition_from": clock.edition_from,
        }
        Clock.objects.update_or_create(case=self.case, key=clock.key, defaults=values)

    def _notify(self, command: engine.Notify) -> None:
        notify(self.case, self.practice, command, self.actor, self.now)

    def _write_letter(self, command: engine.WriteLetter) -> None:
        number = issue_letter(self.case, self.practice, command, self.now)
        self.history.append(("letter_issued", {"letter": command.letter, "number": number}))

    def _call(self, command: engine.CallCapability) -> None:
        self.calls.append(command)

    def _record(self, command: engine.Record) -> None:
        self.history.append((command.verb, command.data))

    def _end_case(self, command: engine.EndCase) -> None:
        self.case.ended_at = self.now

    def _task(self, key: str):  # type: ignore[no-untyped-def]
        return Task.objects.filter(case=self.case, key=key)


def next_firing(clock: engine.ClockState) -> datetime | None:
    """When this clock has something to do next: its next warning, its expiry, or nothing."""
    if clock.status != engine.ClockStatus.RUNNING or clock.due_at is None:
        return None
    return clock.warn_at[clock.warned] if clock.warned < len(clock.warn_at) else clock.due_at


def _give(row: Task, holder: Holder) -> None:
    row.for_requester = holder.requester
    row.post, row.holder, row.organisation = holder.post, holder.person, holder.organisation
