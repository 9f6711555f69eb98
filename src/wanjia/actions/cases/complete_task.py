"""Do a task: its answers become facts and the case moves on."""

from datetime import datetime

from django.db import transaction
from pyproj import Geod

from wanjia.actions.cases.papers import claim_papers
from wanjia.actions.cases.practices import practice_of
from wanjia.actions.cases.stepping import locked_case, open_task, step_case
from wanjia.actions.permission import require_on_task
from wanjia.engine.nouns import CaseState, Complete
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts
from wanjia.practice.answers import validate_answers
from wanjia.practice.nouns import Practice
from wanjia.records.cases.history import write_history
from wanjia.records.cases.models import Case, Rating, Task

_EARTH = Geod(ellps="WGS84")


def complete_task(
    number: str, task_key: str, answers: Facts, actor: Actor, now: datetime, upload_key: str = "",
    identity_proof: str = "",
) -> Case:  # fmt: skip
    """Complete an open task of a case with answers valid for its form. Raises Refused with every fault.

    With `identity_proof` the history says that the actor unlocked their own device to get here.
    """
    with transaction.atomic():
        case = locked_case(number)
        task = open_task(case, task_key)
        require_on_task(actor, "complete", task)
        _may_requester_act(case, task, actor)
        practice = practice_of(case.practice)
        faults = validate_answers(
            practice, task.step, answers, {**case.state["settings"], **case.state["facts"], **(task.item or {})}
        )
        if faults:
            raise Refused(faults)
        claim_papers(case, practice, task.step, answers, upload_key)
        state = step_case(case, Complete(actor.reference, task_key, answers), actor, now)
        Task.objects.filter(pk=task.pk).update(answers=answers)
        proved: list[tuple[str, Facts]] = [("passkey_confirmed", {})] if identity_proof else []
        write_history(f"case:{case.pk}", actor, now, [*proved, *_sign_ins(case, practice, answers)])
        _keep_rating(case, practice, state, now)
        return case


def _may_requester_act(case: Case, task: Task, actor: Actor) -> None:
    """Staff do not answer in the requester's place, except at a window, where the requester stands before them."""
    stands_here = actor.system or case.surface == "window" or case.pk in actor.grants
    asked = case.requester_id is not None and case.requester_id == actor.person_id
    if task.for_requester and not (stands_here or asked):
        raise Refused([Fault("task.requester_only", Where(), {"case": case.number})])


def _sign_ins(case: Case, practice: Practice, answers: Facts) -> list[tuple[str, Facts]]:
    """Where somebody signed in, as metres from the case's own place: a figure to look at, never a refusal."""
    lines: list[tuple[str, Facts]] = []
    for name, value in answers.items():
        if practice.facts[name].get("format") == "place" and isinstance(value, dict) and case.longitude is not None:
            _, _, metres = _EARTH.inv(case.longitude, case.latitude, value["longitude"], value["latitude"])
            lines.append(("signed_in", {"fact": name, "distance_m": round(metres)}))
    return lines


def _keep_rating(case: Case, practice: Practice, state: CaseState, now: datetime) -> None:
    stars = state.facts.get(practice.rating.fact) if practice.rating else None
    if isinstance(stars, int) and not isinstance(stars, bool):
        Rating.objects.update_or_create(case=case, defaults={"stars": stars, "rated_at": now})
