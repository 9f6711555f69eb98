"""One step of a case in one transaction: the engine decides, the commands become rows, the state is saved."""

from collections import deque
from datetime import datetime

from django.db import transaction

from wanjia.actions.cases.capabilities import run_capability
from wanjia.actions.cases.carrying_out import Carrier
from wanjia.actions.permission import require_on_case, require_on_task
from wanjia.engine import nouns as engine
from wanjia.engine.machine import step
from wanjia.engine.states import case_from_json
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, NotFound, Refused, Where
from wanjia.practice.stored import stored_practice
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.models import Case, Task

CAPABILITY_CALLS_MAX = 50
"""Capability calls that one event may set off; more means a practice that calls in a circle."""


def locked_case(number: str) -> Case:
    """The case, locked until the transaction ends; raises NotFound."""
    case = Case.objects.select_for_update(of=("self",)).select_related("practice", "organisation").filter(number=number)
    found = case.first()
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
    """The loop of `step_case`: until no capability is left to call."""
    practice = stored_practice(case.practice.digest, case.practice.files)
    calendar = work_calendar()
    carrier = Carrier(case, practice, actor, now, calendar)
    waiting: deque[engine.Event] = deque([event])
    for _ in range(CAPABILITY_CALLS_MAX):
        if not waiting:
            break
        outcome = step(practice.definition, state, waiting.popleft(), now, calendar)
        state = outcome.state
        for call in carrier.carry_out(outcome):
            waiting.append(run_capability(call, case, now))
    assert state is not None
    carrier.save(state)
    return state


def open_task(case: Case, key: str) -> Task:
    """An open task of the case; raises Refused when it is done or was never there."""
    task = case.tasks.select_related("post", "holder", "organisation").filter(key=key, status=Task.Status.OPEN).first()
    if task is None:
        raise Refused([Fault("task.not_open", Where(), {"task": key, "case": case.number})])
    task.case = case
    return task
