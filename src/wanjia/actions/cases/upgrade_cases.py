"""Move running cases to the active version of their practice, as far as its upgrade map leads."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from wanjia.actions.cases.carrying_out import Carrier
from wanjia.actions.cases.stepping import locked_case
from wanjia.actions.permission import require
from wanjia.engine.states import case_from_json
from wanjia.engine.upgrading import migrate
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, NotFound, Refused, Where
from wanjia.practice.stored import stored_practice
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.models import Case, PracticeVersion, Task


@dataclass(frozen=True)
class Upgraded:
    """Numbers of the cases that moved, and (number, why not) of those that stay where they are."""

    moved: tuple[str, ...]
    kept: tuple[tuple[str, tuple[Fault, ...]], ...]


def upgrade_cases(name: str, version: str, actor: Actor, now: datetime) -> Upgraded:
    """Move every running case of an older version, each in a transaction of its own. Raises Refused."""
    require(actor, "practice", "install")
    active = PracticeVersion.objects.filter(name=name, active=True).first()
    if active is None or not PracticeVersion.objects.filter(name=name, version=version).exists():
        raise NotFound("practice", f"{name} {version}")
    numbers = Case.objects.filter(practice__name=name, practice__version=version, status=Case.Status.RUNNING)
    moved, kept = [], []
    for number in numbers.exclude(practice=active).values_list("number", flat=True):
        try:
            _upgrade(number, active, actor, now)
            moved.append(number)
        except Refused as refused:
            kept.append((number, refused.faults))
    return Upgraded(tuple(moved), tuple(kept))


def _upgrade(number: str, active: PracticeVersion, actor: Actor, now: datetime) -> None:
    with transaction.atomic():
        case = locked_case(number)
        old = stored_practice(case.practice.digest, case.practice.files)
        new = stored_practice(active.digest, active.files)
        steps = new.upgrades.get(old.version)
        if steps is None:
            values = {"from": old.version, "to": new.version}
            raise Refused([Fault("practice.no_upgrade", Where("upgrades.yaml"), values)])
        outcome = migrate(case_from_json(case.state), old.definition, new.definition, steps)
        case.practice = active
        carrier = Carrier(case, new, actor, now, work_calendar())
        carrier.carry_out(outcome)
        carrier.save(outcome.state)
        for task in outcome.state.tasks:
            Task.objects.filter(case=case, key=task.key).update(step=task.step, role=task.role)
