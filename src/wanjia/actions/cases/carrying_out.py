"""Turns the engine's commands into rows, which are saved together in the transaction that locked the case."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from wanjia.actions.cases.holders import Holder, above, by_reference, find_holder
from wanjia.actions.cases.letters import issue_letter
from wanjia.actions.cases.manner import manner
from wanjia.actions.cases.notices import deliveries_of, notify, tell_holder
from wanjia.actions.cases.outsiders import link_message, outsider_for
from wanjia.actions.cases.register_rows import new_row
from wanjia.actions.cases.saving import Changes, save_all
from wanjia.actions.cases.tell_parent import tell_parent
from wanjia.engine import nouns as engine
from wanjia.engine.clocks import strictest
from wanjia.engine.states import case_to_json, is_held
from wanjia.model.actors import Actor
from wanjia.model.jsonvalue import Facts
from wanjia.model.working_time import WorkCalendar
from wanjia.practice.nouns import Practice, Role
from wanjia.practice.titles import title_of
from wanjia.records.cases.models import Case, Clock, Task
from wanjia.records.territory.names import with_names


class Carrier:
    """Carries out the commands of one or more steps of one locked case and collects the rows that they change.

    `open_tasks` may be given when the caller has already read them, for many cases at once.
    """

    def __init__(
        self, case: Case, practice: Practice, actor: Actor, now: datetime, calendar: WorkCalendar,
        open_tasks: Iterable[Task] | None = None,
    ) -> None:  # fmt: skip
        self.case, self.practice, self.actor, self.now = case, practice, actor, now
        self.calendar, self.day = calendar, calendar.day_of(now)
        self.changes = Changes(case, actor, now)
        self.open_tasks = {task.key: task for task in (open_tasks_of([case]) if open_tasks is None else open_tasks)}
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
            engine.EnterRow: self._enter_row,
            engine.StrikeRow: self._strike_row,
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

    def save(self, state: engine.CaseState) -> None:
        """Write the state and everything collected."""
        self.finish(state)
        save_all([self.changes])

    def finish(self, state: engine.CaseState) -> Changes:
        """Put the state and what is copied from it into the rows; they still have to be written."""
        case, shown = self.case, strictest(state.clocks)
        new_facts = case.state.get("facts") != state.facts if case.state else True
        case.state = case_to_json(state)
        case.row_version += 1
        case.status, case.end = state.status.value, state.end or ""
        case.on_hold = is_held(state)
        if state.status is engine.CaseStatus.RUNNING:
            case.ended_at = None  # a reopened case has not ended
        case.due_at = shown.due_at if shown else None
        case.late = any(clock.status in ("expired", "late") for clock in state.clocks)
        if new_facts:
            case.title, case.title_en = (self._title(state.facts, language) for language in ("zh-Hans", "en"))
        self._set_dues(state)
        self.changes.deliveries += deliveries_of(self.practice, state.facts, self.changes)
        return self.changes

    def _title(self, facts: Facts, language: str) -> str:
        return title_of(self.practice, with_names(self.practice.facts, facts, language), manner(language))[:200]

    def _set_dues(self, state: engine.CaseState) -> None:
        """A task is due when its own clock is, or the case's strictest clock, whichever comes first."""
        for task in state.tasks:
            row = self.open_tasks[task.key]
            shown = strictest(clock for clock in state.clocks if clock.task_key in (None, task.key))
            due_at = shown.due_at if shown else None
            if row.due_at != due_at:
                row.due_at = due_at
                self.changes.tasks[row.key] = row

    def _open_task(self, command: engine.OpenTask) -> None:
        task = command.task
        if task.kind == engine.TaskKind.OPINION:
            holder = by_reference(task.assigned_to or "", self.case, self.day)
        else:
            rule = self.practice.roles.get(task.role) or Role(task.role, "post", role=task.role)
            holder = outsider_for(rule, self.case, self.facts, task.item, self.now) or find_holder(
                rule, self.case, self.facts, task.item, self.day
            )
        row = Task(
            case=self.case, key=task.key, step=task.step, kind=task.kind.value, role=task.role, item=task.item,
            question=task.question or "", for_task=task.for_task or "", opened_at=task.opened_at,
        )  # fmt: skip
        _give(row, holder)
        self.open_tasks[row.key] = self.changes.tasks[row.key] = row
        self.changes.messages += tell_holder(self.case, row, "task_opened", self.now)
        self._tell_outsider(row, "opened")

    def _close_task(self, command: engine.CloseTask) -> None:
        row = self.open_tasks.pop(command.task_key)
        row.status, row.closed_at, row.closed_by, row.due_at = command.how, self.now, self.actor.reference, None
        self.changes.tasks[row.key] = row

    def _assign(self, command: engine.Assign) -> None:
        row = self._changing(command.task_key)
        if command.to is not None:
            _give(row, by_reference(command.to, self.case, self.day))
        if command.delegated_to is None:
            row.delegated_to = None
        else:
            row.delegated_to = by_reference(command.delegated_to, self.case, self.day).person
        self.changes.messages += tell_holder(self.case, row, "task_handed", self.now)

    def _escalate(self, command: engine.Escalate) -> None:
        row = self._changing(command.task_key)
        before = row.holder_id
        _give(row, replace(above(row, command.levels, self.day), outsider=row.outsider))
        row.escalated += command.levels
        data: Facts = {"task": row.key, "step": row.step, "clock": command.clock, "from": before, "to": row.holder_id}
        self.changes.history.append(("task_escalated", data))
        self.changes.messages += tell_holder(self.case, row, "task_escalated", self.now)

    def _clock_changed(self, command: engine.ClockChanged) -> None:
        clock = command.clock
        rule = next(rule for rule in self.practice.definition.clocks if rule.id == clock.clock)
        self.changes.clocks[clock.key] = Clock(
            case=self.case,
            key=clock.key,
            clock=clock.clock,
            regime=rule.regime,
            task_key=clock.task_key or "",
            status=clock.status.value,
            started_at=clock.started_at,
            due_at=clock.due_at,
            next_at=next_firing(clock),
            stopped_at=clock.stopped_at,
            limit_value=clock.limit.value,
            limit_unit=clock.limit.unit,
            edition_from=clock.edition_from,
        )

    def _tell_outsider(self, row: Task, occasion: str) -> None:
        """A short message with the link to whoever outside has the task."""
        if row.outsider is not None:
            name = self.practice.text(f"tasks.{row.step}", self.case.language)
            self.changes.deliveries.append(link_message(row, name, occasion))

    def _notify(self, command: engine.Notify) -> None:
        open_tasks = self.open_tasks.values()
        for row in open_tasks:
            if row.outsider is not None and command.audience in ("holder", f"holder:{row.key}"):
                self._tell_outsider(row, f"{command.key}:{self.case.row_version}")
        self.changes.messages += notify(self.practice, command, self.facts, open_tasks, self.changes, self.day)

    def _write_letter(self, command: engine.WriteLetter) -> None:
        number = issue_letter(self.case, self.practice, command, self.now)
        self.changes.history.append(("letter_issued", {"letter": command.letter, "number": number}))

    def _enter_row(self, command: engine.EnterRow) -> None:
        self.changes.rows[command.key] = new_row(self.case, self.practice, command, self.now, self.day)

    def _strike_row(self, command: engine.StrikeRow) -> None:
        row = self.changes.rows.get(command.key) or self.case.register_rows.get(key=command.key)
        row.struck_at, row.struck_reason = self.now, command.reason
        self.changes.rows[command.key] = row

    def _call(self, command: engine.CallCapability) -> None:
        """A call that looks into a register is told which: the practice names it beside the call."""
        register = self.practice.looks.get(command.step)
        inputs = {**command.inputs, "register": register} if register else command.inputs
        self.calls.append(replace(command, inputs=inputs))

    def _record(self, command: engine.Record) -> None:
        self.changes.history.append((command.verb, command.data))

    def _end_case(self, command: engine.EndCase) -> None:
        self.case.ended_at = self.now
        self.changes.news += tell_parent(self.case, command.end or command.status.value, self.now)

    def _changing(self, key: str) -> Task:
        """An open task that is about to be changed."""
        row = self.changes.tasks[key] = self.open_tasks[key]
        return row


def open_tasks_of(cases: Sequence[Case]) -> list[Task]:
    """The open tasks of locked cases, with who holds them."""
    by_id = {case.pk: case for case in cases}
    rows = Task.objects.filter(case__in=by_id, status=Task.Status.OPEN)
    found = list(rows.select_related("post__organisation", "holder", "organisation"))
    for row in found:
        row.case = by_id[row.case_id]
    return found


def next_firing(clock: engine.ClockState) -> datetime | None:
    """When this clock has something to do next: its next warning, its expiry, or nothing."""
    if clock.status != engine.ClockStatus.RUNNING or clock.due_at is None:
        return None
    return clock.warn_at[clock.warned] if clock.warned < len(clock.warn_at) else clock.due_at


def _give(row: Task, holder: Holder) -> None:
    row.for_requester = holder.requester
    row.post, row.holder, row.organisation = holder.post, holder.person, holder.organisation
    row.outsider = holder.outsider
