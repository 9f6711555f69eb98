"""Plans as a worker handles them: taken by one at a time, told on the way, kept; taken again when the worker is gone.

A plan's list is frozen before it is solved, so a second attempt solves the same one. Items, figures and the new state
are kept in one transaction, by whoever still has the claim.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from wanjia.model.faults import Fault
from wanjia.records.network.planning import OPEN_STATES, MonthPlan, PlannedItem

CLAIM = timedelta(seconds=60)
"""Longer than a worker is silent while it lives, so soon after a kill another one takes the plan."""
ATTEMPTS_MAX = 5
"""A plan that kills its worker as often is given up; somebody has to ask again."""
FAULTS_KEPT_MAX = 100
BUSY = (*OPEN_STATES, "adopting")
"""What a worker has to do something for."""


def claim_plan(now: datetime) -> MonthPlan | None:
    """The plan asked for first that nobody works on, now this worker's for CLAIM; None when there is none."""
    if not MonthPlan.objects.filter(state__in=BUSY).exists():
        return None
    _give_up(now)
    held = Q(claimed_until=None) | Q(claimed_until__lte=now)
    free = Q(state__in=BUSY) & held
    with transaction.atomic():
        for key, state in MonthPlan.objects.filter(free).order_by("asked_at", "pk").values_list("pk", "state")[:1]:
            new = MonthPlan.State.ADOPTING if state == MonthPlan.State.ADOPTING else MonthPlan.State.COMPUTING
            taken = MonthPlan.objects.filter(free, pk=key, state=state).update(
                state=new, claimed_until=now + CLAIM, started_at=now, attempts=F("attempts") + 1, stage="", done=0,
                total=0, best=None,
            )  # fmt: skip
            if taken:
                return MonthPlan.objects.select_related("organisation", "based_on").get(pk=key)
    return None


def tell_plan(plan: MonthPlan, now: datetime, **values: object) -> bool:
    """How far it is; renews the claim. False when the plan is another worker's by now: stop."""
    return bool(_mine(plan).update(claimed_until=now + CLAIM, **values))


def keep_plan(plan: MonthPlan, items: Iterable[PlannedItem], values: dict[str, object], now: datetime) -> bool:
    """It is computed: its items and figures; versions proposed before stay to be compared. False: not ours any more."""
    with transaction.atomic():
        done = {"state": MonthPlan.State.PROPOSED, "ended_at": now, "claimed_until": None, "stage": "", "faults": []}
        if not _mine(plan).update(**done, attempts=0, **values):
            return False
        plan.items.all().delete()
        PlannedItem.objects.bulk_create(items, 200)
        return True


def fail_plan(plan: MonthPlan, faults: Sequence[Fault], now: datetime) -> None:
    """It cannot be made, for these reasons."""
    _mine(plan).update(
        state=MonthPlan.State.FAILED, ended_at=now, claimed_until=None, faults=kept_faults(faults)
    )  # fmt: skip


def kept_faults(faults: Sequence[Fault]) -> list[dict[str, object]]:
    """Faults as their column keeps them."""
    return [
        {"code": one.code, "where": str(one.where), "values": dict(one.values)} for one in faults[:FAULTS_KEPT_MAX]
    ]  # fmt: skip


def _mine(plan: MonthPlan) -> QuerySet:
    return MonthPlan.objects.filter(pk=plan.pk, state=plan.state, attempts=plan.attempts)


def _give_up(now: datetime) -> None:
    """Computations only: adopting goes on until it is done, since customers have been told of a part of it."""
    lost = MonthPlan.objects.filter(state=MonthPlan.State.COMPUTING, claimed_until__lte=now)
    told = kept_faults([Fault("plan.given_up", values={"attempts": ATTEMPTS_MAX})])
    lost.filter(attempts__gte=ATTEMPTS_MAX).update(
        state=MonthPlan.State.FAILED, ended_at=now, claimed_until=None, faults=told
    )
