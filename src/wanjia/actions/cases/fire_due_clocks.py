"""Fire every warning and expiry that has come due, in order, each once, however long nobody looked."""

import logging
from datetime import datetime, timedelta

from django.db import DatabaseError, connection, transaction

from wanjia.actions.cases.stepping import step_case
from wanjia.engine.nouns import Tick
from wanjia.model.actors import CLOCK
from wanjia.model.faults import Refused
from wanjia.records.cases.models import Case, Clock

logger = logging.getLogger(__name__)

RETRY_MINUTES = 15
"""When a case that could not act is tried again, for instance after a calendar year has been entered."""

CASES_PER_TRANSACTION = 100
"""Cases advanced in one commit: bounds what a crash repeats and how long a writer waits (about half a second)."""


def fire_due_clocks(now: datetime, limit: int = CASES_PER_TRANSACTION) -> int:
    """Advance the cases with the longest-due clocks, oldest first; returns how many. Any number of workers may run."""
    with transaction.atomic():
        due = _claim(now, limit)
        for case in due:
            _fire(case, now)
        return len(due)


def _fire(case: Case, now: datetime) -> None:
    """Advance one case; one that cannot act is marked and tried again later, and holds nobody else up."""
    try:
        with transaction.atomic():
            case.stuck = ""
            step_case(case, Tick(), CLOCK, now)
    except Refused as refusal:
        logger.error("case %s: a due clock could not act: %s", case.number, refusal)
        _set_aside(case, refusal.faults[0].code, now)
    except DatabaseError:
        raise  # the store's trouble, not the case's: the whole round is undone and tried again
    except Exception:
        logger.exception("case %s: a due clock failed", case.number)
        _set_aside(case, "case.clock_failed", now)


def _set_aside(case: Case, code: str, now: datetime) -> None:
    Case.objects.filter(pk=case.pk).update(stuck=code)
    Clock.objects.filter(case=case, next_at__lte=now).update(next_at=now + timedelta(minutes=RETRY_MINUTES))


def _claim(now: datetime, limit: int) -> list[Case]:
    """Lock the cases that have something due; rows another worker holds are left to it."""
    due = Clock.objects.filter(next_at__lte=now).order_by("next_at", "pk").values_list("case_id", flat=True)
    wanted = list(dict.fromkeys(due[: limit * 4]))[:limit]
    skip = connection.features.has_select_for_update_skip_locked
    rows = Case.objects.select_for_update(of=("self",), skip_locked=skip).select_related("practice", "organisation")
    locked = {case.pk: case for case in rows.filter(pk__in=wanted)}
    # Between choosing and locking another worker may have done the work: look again under the lock.
    still = set(Clock.objects.filter(case_id__in=locked, next_at__lte=now).values_list("case_id", flat=True))
    return [locked[pk] for pk in wanted if pk in still]
