"""One step of a case in one transaction: the engine decides, the commands become rows, the state is saved."""

from collections import deque
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from wanjia.actions.cases.capabilities import run_capability
from wanjia.actions.cases.carrying_out import Carrier
from wanjia.actions.cases.open_child import open_child
from wanjia.actions.cases.practices import FILES_LEFT_OUT, practice_of
from wanjia.actions.cases.saving import Changes
from wanjia.actions.permission import require_on_case, require_on_task
from wanjia.engine import nouns as engine
from wanjia.engine.handling.news import awaits_answer
from wanjia.engine.machine import step
from wanjia.engine.states import case_from_json
from wanjia.model.actors import Actor
from wanjia.model.capabilities import OPEN_CASE
from wanjia.model.faults import Fault, NotFound, Refused, Where
from wanjia.model.working_time import WorkCalendar
from wanjia.practice.limits import ANSWER_ROWS_MAX
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.models import Case, Task

CAPABILITY_CALLS_MAX = ANSWER_ROWS_MAX + 100
"""Capability calls that one event may set off: one for each row of the longest list, and some before and after; more
means a practice that calls in a circle."""


def locked_case(number: str) -> Case:
    """The case, locked until the transaction ends; raises NotFound."""
    rows = Case.objects.select_for_update(of=("self",)).select_related("practice", "organisation")
    found = rows.defer(FILES_LEFT_OUT).filter(number=number).first()
    if found is None:
        raise NotFound("case", number)
    return found


def act_on_case(number: str, verb: str, event: engine.Event, actor: Actor, now: datetime) -> Case:
    """One event on one case in one transaction, if the actor has the verb on it."""
    with transaction.atomic():
        case = locked_case(number)
        require_on_case(actor, "case", verb, case)
        step_case(case, event, actor, now)
        return case


def act_on_task(number: str, task_key: str, verb: str, event: engine.Event, actor: Actor, now: datetime) -> Case:
    """One event on one open task in one transaction, if the actor has the verb on it."""
    with transaction.atomic():
        case = locked_case(number)
        require_on_task(actor, verb, open_task(case, task_key))
        step_case(case, event, actor, now)
        return case


def step_case(case: Case, event: engine.Event, actor: Actor, now: datetime) -> engine.CaseState:
    """Run one event, and the capabilities it calls, on a locked case, and save everything. Raises Refused."""
    state = None if isinstance(event, engine.Start) else case_from_json(case.state)
    return run_events(case, state, event, actor, now)


def run_events(
    case: Case, state: engine.CaseState | None, event: engine.Event, actor: Actor, now: datetime
) -> engine.CaseState:
    """The same from a state that the caller has read."""
    known = None if state is not None else ()  # a case that begins has no tasks to read
    carrier = Carrier(case, practice_of(case.practice), actor, now, work_calendar(), known)
    after = _run(carrier, state, event)
    carrier.save(after)
    return after


def work_out(
    case: Case, event: engine.Event, actor: Actor, now: datetime, calendar: WorkCalendar, open_tasks: Iterable[Task]
) -> Changes:
    """What `step_case` would write, not written yet: for whoever steps many locked cases and saves them together."""
    carrier = Carrier(case, practice_of(case.practice), actor, now, calendar, open_tasks)
    return carrier.finish(_run(carrier, case_from_json(case.state), event))


def _run(carrier: Carrier, state: engine.CaseState | None, event: engine.Event) -> engine.CaseState:
    """The event, and every capability that it calls, until none is left to call."""
    waiting: deque[engine.Event | engine.CallCapability] = deque([event])
    for _ in range(CAPABILITY_CALLS_MAX):
        if not waiting:
            break
        happening = waiting.popleft()
        if isinstance(happening, engine.CallCapability):
            if state is None or not awaits_answer(state, happening.task_key):
                continue  # the answer to another call has led away from it
            happening = _answered(happening, carrier)
        outcome = step(carrier.practice.definition, state, happening, carrier.now, carrier.calendar)
        state = outcome.state
        waiting += carrier.carry_out(outcome)
    if waiting:
        raise Refused([Fault("engine.endless", Where("process.bpmn"), {"maximum": CAPABILITY_CALLS_MAX})])
    assert state is not None
    return state


def _answered(call: engine.CallCapability, carrier: Carrier) -> engine.CapabilityDone | engine.CapabilityFailed:
    if call.capability == OPEN_CASE:
        return open_child(call, carrier, step_case)
    return run_capability(call, carrier.case, carrier.now, carrier.actor)


def open_task(case: Case, key: str) -> Task:
    """An open task of the case; raises Refused when it is done or was never there."""
    task = case.tasks.select_related("post", "holder", "organisation").filter(key=key, status=Task.Status.OPEN).first()
    if task is None:
        raise Refused([Fault("task.not_open", Where(), {"task": key, "case": case.number})])
    task.case = case
    return task
