"""Which broker is listened to, where the journal lies, and how sensing reaches the rows. Import after the set-up."""

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from django.conf import settings
from django.db import close_old_connections
from django.db.models import Max
from django.utils import timezone

from wanjia.actions.network.apply_changes import apply_changes
from wanjia.actions.network.apply_states import apply_states
from wanjia.adapters.telemetry.broker import Address, address_of
from wanjia.adapters.telemetry.codec import is_name
from wanjia.adapters.telemetry.driver import Consumer
from wanjia.adapters.telemetry.intake import ARRIVAL, CLOCKS, Aside, Intake
from wanjia.adapters.telemetry.journal import Journal, locked
from wanjia.kernels.sensing.coverage import Coverage
from wanjia.kernels.sensing.grid import Grid
from wanjia.kernels.sensing.nouns import Plan
from wanjia.kernels.sensing.plans import plan_of_branch, plan_of_district, plans_of_districts
from wanjia.model.faults import Fault, Refused, Where
from wanjia.records.network.models import PlannedWork, SensingPosition
from wanjia.texts import fault_sentence
from wanjia.wiring.network import active_digest, active_network
from wanjia.wiring.sensing import Outside, SensingLoop

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 0.1
"""How long an idle loop waits, unless it is woken."""
LOOK_SECONDS = 5.0
"""How often it is looked whether another network was installed."""
FAILED_SECONDS = 1.0
PLANS_AHEAD, PLANS_BEHIND = timedelta(days=7), timedelta(days=1)
"""Planned work that the kernel is told of: what begins in a week, and what ended yesterday and may have overrun."""


@dataclass(frozen=True)
class TelemetrySettings:
    """What the environment says: `folder` of the site's journal and snapshots, the broker (None: none), the clock."""

    folder: Path
    site: str
    broker: Address | None
    clock: str


def telemetry_settings(broker_url: str = "", clock: str = "") -> TelemetrySettings:
    """From `WANJIA_BROKER_URL`, `WANJIA_SITE` and `WANJIA_TELEMETRY_CLOCK` where not given. Raises Refused."""
    url = broker_url or os.environ.get("WANJIA_BROKER_URL", "")
    site = os.environ.get("WANJIA_SITE") or "main"
    chosen = clock or os.environ.get("WANJIA_TELEMETRY_CLOCK") or ARRIVAL
    if not is_name(site):
        raise Refused([Fault("telemetry.site", Where("WANJIA_SITE"), {"value": site})])
    if chosen not in CLOCKS:
        values: dict[str, object] = {"value": chosen, "allowed": ", ".join(CLOCKS)}
        raise Refused([Fault("telemetry.clock", Where("WANJIA_TELEMETRY_CLOCK"), values)])
    return TelemetrySettings(Path(settings.HOME) / "telemetry" / site, site, address_of(url) if url else None, chosen)


def open_intake(wanted: TelemetrySettings) -> Intake:
    """The journal for writing, with the folder of malformed messages beside. Raises Refused when it is in use."""
    return Intake(Journal(wanted.folder / "journal"), Aside(wanted.folder / "aside"), wanted.clock)


def open_plans(grid: Grid) -> Mapping[str, Plan]:
    """Planned work that may concern these days, as the kernel wants it. What the network lacks is left out."""
    now = timezone.now()
    rows = PlannedWork.objects.filter(
        cancelled_at=None, ends_at__gt=now - PLANS_BEHIND, starts_at__lt=now + PLANS_AHEAD
    )
    found = {row.code: _plans(grid, row) for row in rows.order_by("code").prefetch_related("districts")}
    return {
        f"{code}/{part}" if part else code: plan for code, plans in found.items() for part, plan in enumerate(plans)
    }


def _plans(grid: Grid, row: PlannedWork) -> tuple[Plan, ...]:
    """Districts said to be dark count; a work for which none were written concerns all below its device."""
    begin, end = (round(at.timestamp() * 1000) for at in (row.starts_at, row.ends_at))
    if districts := [one.district_id for one in row.districts.all()]:
        return plans_of_districts(grid, row.device_id, districts, begin, end)
    below = plan_of_branch(grid, row.device_id, begin, end) or plan_of_district(grid, row.device_id, begin, end)
    return (below,) if below else ()


def outside_of_rows() -> Outside:
    """How the loop reaches the store."""
    return Outside(_position, apply_changes, open_plans, _tell, _begin_at)


def _position(digest: str) -> tuple[int, int] | None:
    return SensingPosition.objects.filter(network_id=digest).values_list("journal_at", "changes").first()


def _begin_at() -> int:
    """A network that was just installed goes on where the one before it had come."""
    return SensingPosition.objects.aggregate(at=Max("journal_at"))["at"] or 0


def _tell(digest: str, grid: Grid, rows: np.ndarray, found: Coverage, now: datetime) -> None:
    columns = (found.dark_since, found.heard_at, found.meters, found.meters_heard)
    dark, heard, meters, meters_heard = (column[rows].tolist() for column in columns)
    apply_states(digest, grid.network.districts.ids[rows].tolist(), dark, heard, meters, meters_heard, now)


class Listening:
    """The consumer, where there is a broker, and the sensing loop, where there is a network; until stopped."""

    def __init__(self, wanted: TelemetrySettings) -> None:
        self.wanted = wanted
        self._stop, self._wake = threading.Event(), threading.Event()
        self._loop: SensingLoop | None = None
        self._consumer: Consumer | None = None
        self._looked = -LOOK_SECONDS

    def run(self) -> None:
        """Listens and senses. Raises Refused when another process does so for the same folder."""
        self.wanted.folder.mkdir(parents=True, exist_ok=True)
        lock = locked(self.wanted.folder / "sensing.lock")
        intake = open_intake(self.wanted) if self.wanted.broker else None
        thread = self._started(intake) if intake else None
        try:
            while not self._stop.is_set():
                self._round()
        finally:
            if self._consumer and thread:
                self._consumer.stop()
                thread.join()
            if intake:
                intake.journal.close()
            self._leave()
            lock.close()

    def stop(self) -> None:
        """Ends `run` after what is being done; the state is kept, so that nothing is sensed again."""
        self._stop.set()
        self._wake.set()

    def _started(self, intake: Intake) -> threading.Thread:
        assert self.wanted.broker is not None
        self._consumer = Consumer(self.wanted.broker, self.wanted.site, intake, self._lag, self._wake.set)
        thread = threading.Thread(target=self._consumer.run, name="wanjia-consumer", daemon=True)
        thread.start()
        return thread

    def _lag(self) -> int:
        """Without a network nothing is sensed, and the journal alone takes what comes."""
        return self._loop.reader.lag if self._loop else 0

    def _round(self) -> None:
        """A failing round is logged and tried again; nothing sensed is forgotten between."""
        try:
            self._look()
            is_busy = self._loop.round() if self._loop else False
        except Refused as refused:
            for fault in refused.faults:
                logger.error("%s", fault_sentence(fault, "en"))
            self._stop.wait(LOOK_SECONDS)
        except Exception:
            logger.exception("sensing failed; trying again in %s s", FAILED_SECONDS)
            close_old_connections()
            self._stop.wait(FAILED_SECONDS)
        else:
            if not is_busy:
                self._wake.wait(PAUSE_SECONDS)
                self._wake.clear()

    def _look(self) -> None:
        """Takes up the active network, or another one."""
        if time.monotonic() - self._looked < LOOK_SECONDS:
            return
        self._looked = time.monotonic()
        digest = active_digest()
        if digest == (self._loop.digest if self._loop else ""):
            return
        self._leave()
        active = active_network(Path(settings.HOME))
        if active is not None:
            logger.info("sensing network %s", active.digest[:12])
            self._loop = SensingLoop(self.wanted.folder, active, outside_of_rows(), time.monotonic)

    def _leave(self) -> None:
        if self._loop is None:
            return
        try:
            self._loop.keep()
        except Exception:  # the journal and the position say it all; the snapshot only saves time
            logger.exception("the sensing state could not be kept")
        self._loop.close()
        self._loop = None


def start_sensing_thread(pause: Callable[[float], object] = time.sleep) -> threading.Thread:
    """Sensing of the embedded column: a thread of the one writing process; it waits while another process does it."""

    def run() -> None:
        while True:
            try:
                Listening(telemetry_settings()).run()
                return
            except Refused as refused:
                logger.warning("%s", fault_sentence(refused.faults[0], "en"))
                pause(10 * LOOK_SECONDS)
            except Exception:
                logger.exception("sensing stopped; starting again")
                pause(LOOK_SECONDS)

    thread = threading.Thread(target=run, name="wanjia-sensing", daemon=True)
    thread.start()
    return thread
