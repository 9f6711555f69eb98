"""Fire every warning and expiry that has come due, in order, each once, however long nobody looked."""

import logging
from collections import defaultdict
from datetime import datetime, timedelta

from django.db import DatabaseError, DataError, IntegrityError, connection, transaction

from wanjia.actions.cases.carrying_out import open_tasks_of
from wanjia.actions.cases.practices import FILES_LEFT_OUT
from wanjia.actions.cases.saving import save_all
from wanjia.actions.cases.stepping import work_out
from wanjia.engine.nouns import Tick
from wanjia.model.actors import CLOCK
from wanjia.model.faults import Fault, Refused, Where
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.models import Case, Clock

logger = logging.getLogger(__name__)

RETRY_MINUTES = 15
"""When a case that could not act is tried again, for instance after a calendar year has been entered."""

WORKERS_EXPECTED_MAX = 8
"""How many rounds' worth of due clocks are looked at, so that a worker finds work behind what others have locked."""

CASES_PER_TRANSACTION = 100
"""Cases advanced in one commit: bounds what a crash repeats and how long a writer waits (about half a second)."""


def fire_due_clocks(now: datetime, limit: int = CASES_PER_TRANSACTION) -> int:
    """Advance the cases with the longest-due clocks, oldest first; returns how many. Any number of workers may run."""
    with transaction.atomic():
        due = _claim(now, limit)
        try:
            with transaction.atomic():
                _advance(_read(due), now)
        except (IntegrityError, DataError):
            # The store refuses a row of one of them: one at a time, so that the others are not held up.
            for pk in due:
                _advance_alone(pk, now)
        return len(due)


def _advance(cases: list[Case], now: datetime) -> None:
    """Work all of them out and save them together; one that cannot act is set aside and holds nobody else up."""
    calendar, tasks = work_calendar(), defaultdict(list)
    for task in open_tasks_of(cases):
        tasks[task.case_id].append(task)
    changes = []
    for case in cases:
        try:
            with transaction.atomic():
                case.stuck = ""
                changes.append(work_out(case, Tick(), CLOCK, now, calendar, tasks[case.pk]))
        except Refused as refusal:
            logger.error("case %s: a due clock could not act: %s", case.number, refusal)
            _set_aside(case, refusal.faults[0], now)
        except DatabaseError:
            raise  # the store's trouble, not the case's: the whole round is undone and tried again
        except Exception:
            logger.exception("case %s: a due clock failed", case.number)
            _set_aside(case, Fault("case.clock_failed", Where()), now)
    if changes:
        save_all(changes)


def _advance_alone(pk: int, now: datetime) -> None:
    case = _read([pk])[0]
    try:
        with transaction.atomic():
            _advance([case], now)
    except (IntegrityError, DataError):
        logger.exception("case %s: what a due clock changed cannot be stored", case.number)
        _set_aside(case, Fault("case.clock_failed", Where()), now)


def _set_aside(case: Case, fault: Fault, now: datetime) -> None:
    values = {name: value if isinstance(value, int | float) else str(value) for name, value in fault.values.items()}
    Case.objects.filter(pk=case.pk).update(stuck=fault.code, stuck_values=values)
    Clock.objects.filter(case=case, next_at__lte=now).update(next_at=now + timedelta(minutes=RETRY_MINUTES))


def _claim(now: datetime, limit: int) -> list[int]:
    """Lock cases that have something due, longest due first; those another worker holds are left to it."""
    due = Clock.objects.filter(next_at__lte=now).order_by("next_at", "pk").values_list("case_id", flat=True)
    wanted = list(dict.fromkeys(due[: limit * WORKERS_EXPECTED_MAX]))
    if not connection.features.has_select_for_update_skip_locked:
        return wanted[:limit]  # this transaction is the only one that writes
    for start in range(0, len(wanted), limit):
        part = wanted[start : start + limit]
        locked = set(Case.objects.select_for_update(skip_locked=True).filter(pk__in=part).values_list("pk", flat=True))
        # Between choosing and locking another worker may have done the work: look again under the lock.
        still = set(Clock.objects.filter(case_id__in=locked, next_at__lte=now).values_list("case_id", flat=True))
        if still:
            return [pk for pk in part if pk in still]
    return []


def _read(pks: list[int]) -> list[Case]:
    """The locked cases as they are now, in the given order."""
    rows = Case.objects.select_related("practice", "organisation").defer(FILES_LEFT_OUT).in_bulk(pks)
    return [rows[pk] for pk in pks]
