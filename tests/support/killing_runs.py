"""Computes a day as a worker does on the store that the environment names, and may be killed at it; prints JSON.

`python -m tests.support.killing_runs fill` | `work [balance|keep]` | `told`
"""

import json
import os
import signal
import sys
import threading
from datetime import date
from pathlib import Path

from tests.support.stores import set_up

set_up()

from django.conf import settings  # noqa: E402  (rows exist only once Django is set up)
from django.utils import timezone  # noqa: E402

from tests.support.measured import ZONE, measured, wide_batch  # noqa: E402
from wanjia.actions.network.ask_computation import ask_computation  # noqa: E402
from wanjia.actions.network.ingest_readings import ingest_readings  # noqa: E402
from wanjia.actions.network.install_network import install_network  # noqa: E402
from wanjia.adapters.grid_files.keeping import keep_network  # noqa: E402
from wanjia.model.actors import SYSTEM  # noqa: E402
from wanjia.records.cases.history import broken_links  # noqa: E402
from wanjia.records.network.models import MeasuredDay, MeasurementRun  # noqa: E402
from wanjia.series.duckdb.store import DuckDBStore  # noqa: E402
from wanjia.wiring.measuring import Measuring, Progress  # noqa: E402
from wanjia.wiring.series import series_folder  # noqa: E402

DAY = date(2026, 6, 1)


def fill() -> dict[str, object]:
    """A day of the world's districts is accepted, and its computation asked for; how many readings."""
    now, store = timezone.now(), DuckDBStore(series_folder(), ZONE)
    made = measured(store, DAY, 1)
    digest, folder = keep_network(Path(settings.HOME), made.network)
    install_network(made.network, digest, folder, SYSTEM, now)
    receipt = ingest_readings([wide_batch(made.network, made.block(0), DAY)], "head-end", SYSTEM, now)
    ask_computation(DAY, SYSTEM, now)
    return {"readings": receipt.readings}


def work(killed: str = "") -> dict[str, object]:
    """A round of a worker that comes when the claim of the one before is over; `killed` in that stage."""
    tell = Progress.tell

    def told(self: Progress, stage: str, done: int, total: int) -> None:
        tell(self, stage, done, total)
        if stage == killed:
            os.kill(os.getpid(), signal.SIGKILL)

    Progress.tell = told  # type: ignore[method-assign]
    MeasurementRun.objects.update(claimed_until=timezone.now())
    return {"worked": Measuring(threading.Event()).round()}


def told() -> dict[str, object]:
    """What the pages say of it; and how many districts change when the day is computed once more."""
    run = MeasurementRun.objects.get()
    ask_computation(DAY, SYSTEM, timezone.now())
    Measuring(threading.Event()).round()
    again = MeasurementRun.objects.exclude(pk=run.pk).get()
    return {
        "state": run.state, "attempts": run.attempts, "readings": run.outcome.get("readings"),
        "districts": run.outcome.get("districts"), "days": MeasuredDay.objects.count(),
        "changed": again.outcome["changed_districts"], "broken": broken_links(f"measurement:{DAY}"),
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps({"fill": fill, "work": work, "told": told}[sys.argv[1]](*sys.argv[2:])))  # type: ignore[operator]
