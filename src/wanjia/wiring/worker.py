"""The worker: what happens by itself as time goes on. Import after the store has been made ready."""

import logging
import threading
import time

from django.db import connection
from django.utils import timezone

from wanjia.actions.cases.deliver_news import deliver_news
from wanjia.actions.cases.discard_unclaimed_papers import discard_unclaimed_papers
from wanjia.actions.cases.fire_due_clocks import fire_due_clocks
from wanjia.actions.cases.open_recurring import STARTS_PER_LOOK, open_recurring
from wanjia.actions.network.watch_monitors import watch_monitors
from wanjia.actions.territory.hand_over import hand_over_due
from wanjia.wiring.deliveries import start_lanes
from wanjia.wiring.measuring import Measuring
from wanjia.wiring.planning import Planning

logger = logging.getLogger(__name__)

WORKER_PAUSE_SECONDS = 1.0
"""How long an idle worker waits before it looks again; a deadline fires at most this much late."""

LANE_END_SECONDS = 10.0
"""How long a stopped worker waits for each lane: a text not marked by then is sent again, a day computed again."""

DAILY_PAUSE_SECONDS = 600.0
"""How often the once-a-day work is looked at; it does nothing when there is nothing to do."""


class Worker:
    """Fires due clocks, hands tasks over, clears uploads, sends texts, computes days and plans. Any number may run."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._next_daily = 0.0

    def run(self) -> None:
        """Work until `stop`; a failing round is logged and tried again, so that one bad case stops nobody else."""
        lanes = [*start_lanes(self._stop), Measuring(self._stop).start(), Planning(self._stop).start()]
        while not self._stop.is_set():
            try:
                busy = self.round()
            except Exception:
                logger.exception("worker round failed; trying again in %s s", WORKER_PAUSE_SECONDS)
                connection.close()  # it may be what is broken: a store that was restarted is asked anew
                busy = False
            if not busy:
                self._stop.wait(WORKER_PAUSE_SECONDS)
        for lane in lanes:
            lane.join(LANE_END_SECONDS)

    def round(self) -> bool:
        """One look at what is due; true when there may be more."""
        now = timezone.now()
        fired = fire_due_clocks(now) + deliver_news(now)
        if time.monotonic() >= self._next_daily:
            self._next_daily = time.monotonic() + DAILY_PAUSE_SECONDS
            hand_over_due(timezone.localdate(), now)
            if open_recurring(now) >= STARTS_PER_LOOK:
                self._next_daily = 0.0  # there are more of them
            discard_unclaimed_papers(now)
            watch_monitors(now)
        return fired > 0

    def stop(self) -> None:
        """Let the current round finish, then return from `run`."""
        self._stop.set()


def start_worker_thread() -> Worker:
    """The worker of the embedded column: a thread of the one writing process."""
    worker = Worker()
    threading.Thread(target=worker.run, name="wanjia-worker", daemon=True).start()
    return worker
