"""`kill -9` hits the worker that puts a plan in force, again and again: each outage is entered once or not yet."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection, connections
from django.utils import timezone

from tests.support.live_site import store
from tests.support.plans import asked, make_plan, ready
from tests.support.world import World
from wanjia.actions.network import enter_plan
from wanjia.actions.network.adopt_month_plan import adopt_month_plan
from wanjia.model.faults import Refused
from wanjia.records.cases.models import Delivery
from wanjia.records.network.models import PlannedWork
from wanjia.records.network.planning import MonthPlan, PlannedItem
from wanjia.records.sqlite import base
from wanjia.wiring.planning import Planning

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a worker is forked and killed")
CODES = ("T-C111", "T-C112", "T-C121", "T-C122", "T-C211", "T-C212")
PATIENCE_SECONDS = 60.0


@contextmanager
def in_a_file(path: Path) -> Iterator[None]:
    """What the test has written, in a store that other processes see."""
    path.write_bytes(connection.connection.serialize())
    with store(path):
        yield


def worker() -> int:
    """A process of its own that takes the plan and enters its outages, slowly enough to be hit anywhere."""
    connections["default"].close()  # SQLite's files do not outlive a fork
    child = os.fork()
    if child:
        return child
    base._writer = threading.Lock()  # a process of its own has its own; the test holds this one for its transaction
    try:
        entered = enter_plan.plan_work

        def slowly(*values: object) -> object:
            found = entered(*values)  # type: ignore[arg-type]
            time.sleep(0.02)  # inside of the transaction: written, not yet committed
            return found

        enter_plan.plan_work = slowly  # type: ignore[assignment]
        Planning(threading.Event()).round()
    finally:
        os._exit(0)


def killed_after(more: int, seconds: float) -> None:
    """Start a worker, and kill it so many seconds after it has entered so many outages; less when it ends before."""
    child, until, known = worker(), time.monotonic() + PATIENCE_SECONDS, PlannedWork.objects.count() + more
    while time.monotonic() < until and os.waitpid(child, os.WNOHANG) == (0, 0):
        if PlannedWork.objects.count() >= known:
            time.sleep(seconds)
            break
        time.sleep(0.005)
    try:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    except (ProcessLookupError, ChildProcessError):
        pass  # it was done before


def test_every_outage_is_entered_once_however_often_the_worker_is_killed(world: World, tmp_path: Path) -> None:
    ready(world)
    for day, code in enumerate(CODES):
        asked(world, f"line-{code}", 2 * day, modes=("outage",))
    plan = make_plan(world)
    adopt_month_plan(plan.number, world.actor("dispatch"), world.now)
    with in_a_file(tmp_path / "wanjia.sqlite3"):
        partly, kills, until = 0, 0, time.monotonic() + PATIENCE_SECONDS
        while MonthPlan.objects.get().state == "adopting" and time.monotonic() < until:
            MonthPlan.objects.update(claimed_until=timezone.now())  # the dead worker's claim is over
            killed_after(kills % 3, 0.01 * (kills % 4))
            kills += 1
            rows, marked = _entered()
            assert len(rows) == len(set(rows)) and sorted(rows) == sorted(marked), "outage and mark come together"
            partly += 0 < len(rows) < len(CODES)
        rows, marked = _entered()
        assert MonthPlan.objects.get().state == "adopted" and len(rows) == len(marked) == len(CODES)
        keys = Delivery.objects.filter(idempotency_key__contains=":planned:").values_list("idempotency_key", flat=True)
        told = sorted(key.split(":")[1] for key in keys)
        assert told == sorted(PlannedWork.objects.values_list("code", flat=True)), "one text for each outage, no other"
        assert kills > 2 and partly, "it was killed in the middle"
        with pytest.raises(Refused):
            adopt_month_plan(plan.number, world.actor("dispatch"), world.now)
        assert not Planning(threading.Event()).round() and PlannedWork.objects.count() == len(CODES)


def _entered() -> tuple[list[str], list[str]]:
    """Outages by what they open, and codes of works marked by what their works open."""
    devices = dict(PlannedWork.objects.filter(cancelled_at=None).values_list("code", "device_id"))
    items = PlannedItem.objects.select_related("request")
    marked = [devices[code] for item in items for code in item.planned_works]
    return list(devices.values()), marked
