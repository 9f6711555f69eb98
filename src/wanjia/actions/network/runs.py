"""Runs as a worker handles them: taken by one at a time, told on the way, ended; taken again when the worker is gone.

A run is done from its beginning each time: accepted readings are never touched, and what it writes replaces whole days.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from wanjia.actions.network.ask_computation import OPEN
from wanjia.model.faults import Fault
from wanjia.records.network.models import MeasurementRun

CLAIM = timedelta(seconds=60)
"""Longer than a worker is silent while it lives, so soon after a kill another one takes the run."""
ATTEMPTS_MAX = 5
"""A run that kills its worker as often is given up; somebody has to ask again."""
FAULTS_KEPT_MAX = 100


def claim_run(now: datetime) -> MeasurementRun | None:
    """The oldest run that nobody works on, now this worker's for CLAIM; None when there is none."""
    if not MeasurementRun.objects.filter(state__in=OPEN).exists():
        return None
    _give_up(now)
    free = Q(state=MeasurementRun.State.WAITING) | Q(state=MeasurementRun.State.RUNNING, claimed_until__lte=now)
    with transaction.atomic():
        for key in MeasurementRun.objects.filter(free).order_by("asked_at", "pk").values_list("pk", flat=True)[:1]:
            taken = MeasurementRun.objects.filter(free, pk=key).update(
                state=MeasurementRun.State.RUNNING, claimed_until=now + CLAIM, started_at=now,
                attempts=F("attempts") + 1, stage="", done=0, total=0,
            )  # fmt: skip
            if taken:
                return MeasurementRun.objects.get(pk=key)
    return None


def tell_run(run: MeasurementRun, stage: str, done: int, total: int, now: datetime) -> bool:
    """How far it is; renews the claim. False when the run is another worker's by now: stop."""
    mine = MeasurementRun.objects.filter(pk=run.pk, state=MeasurementRun.State.RUNNING, attempts=run.attempts)
    return bool(mine.update(stage=stage, done=done, total=total, claimed_until=now + CLAIM))


def end_run(run: MeasurementRun, outcome: dict[str, int], now: datetime) -> None:
    """It is done, with these counts."""
    _end(run, MeasurementRun.State.DONE, now, outcome=outcome, stage="", faults=[])


def fail_run(run: MeasurementRun, faults: Sequence[Fault], now: datetime) -> None:
    """It cannot be done, for these reasons."""
    told = [{"code": one.code, "where": str(one.where), "values": one.values} for one in faults[:FAULTS_KEPT_MAX]]
    _end(run, MeasurementRun.State.FAILED, now, faults=told)


def _end(run: MeasurementRun, state: str, now: datetime, **values: object) -> None:
    mine = MeasurementRun.objects.filter(pk=run.pk, attempts=run.attempts)
    mine.update(state=state, ended_at=now, claimed_until=None, **values)


def _give_up(now: datetime) -> None:
    lost = MeasurementRun.objects.filter(state=MeasurementRun.State.RUNNING, claimed_until__lte=now)
    told = [{"code": "measurement.run_given_up", "where": "", "values": {"attempts": ATTEMPTS_MAX}}]
    lost.filter(attempts__gte=ATTEMPTS_MAX).update(
        state=MeasurementRun.State.FAILED, ended_at=now, claimed_until=None, faults=told
    )
