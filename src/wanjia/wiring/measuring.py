"""Runs of measurements, done in a thread of their own so that they hold up no deadline. Import after the set-up.

A run's thread computes; a second one writes how far it is and renews the claim, however long a step takes. A worker
that is killed stops renewing, and another one does the run from its beginning.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from wanjia.actions.network.ask_due_computations import ask_due_computations
from wanjia.actions.network.collected import collected
from wanjia.actions.network.compute_day import ComputedDay, compute_day
from wanjia.actions.network.runs import claim_run, end_run, fail_run, tell_run
from wanjia.model.actors import SYSTEM
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.network import Network
from wanjia.records.network.models import MeasurementRun
from wanjia.series.opening import measurement_store
from wanjia.wiring.network import active_digest, active_network

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 2.0
"""How long an idle lane waits before it looks for a run."""
DUE_SECONDS = 600.0
"""How often it is looked for days whose readings have come."""
TELL_SECONDS = 1.0
"""How often the progress of a run is written."""


class Lost(Exception):
    """The run is another worker's by now."""


@dataclass
class Progress:
    """How far a run is; `lost` once another worker has it."""

    stage: str = "register"
    done: int = 0
    total: int = 0
    lost: bool = False

    def tell(self, stage: str, done: int, total: int) -> None:
        """Notes it; raises Lost, so that the run ends where it is."""
        self.stage, self.done, self.total = stage, done, total
        if self.lost:
            raise Lost


class Measuring:
    """The lane: asks for days that are due, does runs one after the other, until `stop`."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._next_due = 0.0
        self._network: tuple[str, Network] | None = None

    def start(self) -> threading.Thread:
        """Begin in a thread; it ends with the run it is in."""
        thread = threading.Thread(target=self.run, name="wanjia-measuring", daemon=True)
        thread.start()
        return thread

    def run(self) -> None:
        """Work until `stop`; a failing round is logged and tried again."""
        try:
            while not self._stop.is_set():
                if not self._turn():
                    self._stop.wait(PAUSE_SECONDS)
        finally:
            connection.close()

    def round(self) -> bool:
        """One run, if there is one."""
        if time.monotonic() >= self._next_due:
            self._next_due = time.monotonic() + DUE_SECONDS
            ask_due_computations(measurement_store(), timezone.now())
        run = claim_run(timezone.now())
        if run is None:
            return False
        self._do(run)
        return True

    def _turn(self) -> bool:
        try:
            return self.round()
        except Exception:
            logger.exception("measuring: a round failed; trying again")
            connection.close()
            return False

    def _do(self, run: MeasurementRun) -> None:
        try:
            with _telling(run) as progress:
                done = self._compute(run, progress)
        except Lost:
            logger.warning("run %s of %s is done by another worker", run.pk, run.day)
        except Refused as refused:
            fail_run(run, refused.faults, timezone.now())
        except Exception:
            logger.exception("run %s of %s broke", run.pk, run.day)
            fail_run(run, [Fault("measurement.run_broken")], timezone.now())
        else:
            end_run(run, done.counts, timezone.now())

    def _compute(self, run: MeasurementRun, progress: Progress) -> ComputedDay:
        store = measurement_store()
        if all(state.day != run.day for state in store.days()):
            raise Refused([Fault("measurement.day_empty", Where("day"), {"day": run.day.isoformat()})])
        meters = collected(self._active(), run.day)
        if not len(meters.register.meter_ids):
            raise Refused([Fault("measurement.no_meters", Where("day"), {"day": run.day.isoformat()})])
        return compute_day(run.day, meters, store, SYSTEM, timezone.now(), progress.tell)

    def _active(self) -> Network:
        """The active network, read again only when another one was installed. Raises Refused where there is none."""
        digest = active_digest()
        if self._network is None or self._network[0] != digest:
            found = active_network(Path(settings.HOME))
            if found is None:
                raise Refused([Fault("measurement.no_network")])
            self._network = (found.digest, found.network)
        return self._network[1]


@contextmanager
def _telling(run: MeasurementRun) -> Iterator[Progress]:
    """A thread beside the run that writes its progress."""
    progress, over = Progress(), threading.Event()
    thread = threading.Thread(target=_tell, args=(run, progress, over), name="wanjia-progress", daemon=True)
    thread.start()
    try:
        yield progress
    finally:
        over.set()
        thread.join()


def _tell(run: MeasurementRun, progress: Progress, over: threading.Event) -> None:
    try:
        while not over.wait(TELL_SECONDS):
            try:
                is_mine = tell_run(run, progress.stage, progress.done, progress.total, timezone.now())
            except Exception:
                logger.exception("progress of run %s could not be written", run.pk)
                connection.close()
            else:
                progress.lost = not is_mine
    finally:
        connection.close()
