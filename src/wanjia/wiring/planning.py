"""Plans of works, made in a thread of their own so that they hold up no deadline. Import after the set-up.

The thread computes or enters; a second one writes how far it is and renews the claim. A worker that is killed stops
renewing, and another one takes the plan: what was frozen stays frozen, what was told to customers is not told twice.
"""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from wanjia.actions.network.compute_plan import compute_plan
from wanjia.actions.network.enter_plan import enter_plan
from wanjia.actions.network.plan_runs import claim_plan, fail_plan, keep_plan, tell_plan
from wanjia.kernels.planning.works.modes import Grid
from wanjia.model.faults import Fault, Refused
from wanjia.records.network.planning import MonthPlan
from wanjia.wiring.network import active_digest, active_network

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 2.0
"""How long an idle lane waits before it looks for a plan."""
TELL_SECONDS = 1.0
"""How often the claim is renewed and the time that the solver has had is written."""


class Lost(Exception):
    """The plan is another worker's by now."""


class Planning:
    """The lane: makes and enters plans one after the other, until `stop`."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._grid: tuple[str, Grid] | None = None

    def start(self) -> threading.Thread:
        """Begin in a thread; it ends with the plan it is at."""
        thread = threading.Thread(target=self.run, name="wanjia-planning", daemon=True)
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
        """One plan, if there is one to be made or entered."""
        plan = claim_plan(timezone.now())
        if plan is None:
            return False
        beat = _Heartbeat(plan)
        with beat:
            (self._enter if plan.state == MonthPlan.State.ADOPTING else self._make)(plan, beat)
        return True

    def _turn(self) -> bool:
        try:
            return self.round()
        except Exception:
            logger.exception("planning: a round failed; trying again")
            connection.close()
            return False

    def _make(self, plan: MonthPlan, beat: "_Heartbeat") -> None:
        try:
            grid = self._active()
            done = compute_plan(plan, grid, timezone.now(), beat.solving, beat.tell)
            beat.check()
            if not keep_plan(plan, done.items, done.values, timezone.now()):
                raise Lost
        except Lost:
            logger.warning("plan %s is made by another worker", plan.number)
        except Refused as refused:
            fail_plan(plan, refused.faults, timezone.now())
        except Exception:
            logger.exception("plan %s broke", plan.number)
            fail_plan(plan, [Fault("plan.broken")], timezone.now())

    def _enter(self, plan: MonthPlan, beat: "_Heartbeat") -> None:
        try:
            enter_plan(plan, timezone.now, beat.tell)
        except Lost:
            logger.warning("plan %s is entered by another worker", plan.number)

    def _active(self) -> Grid:
        """The active network, read again only when another one was installed. Raises Refused where there is none."""
        digest = active_digest()
        if self._grid is None or self._grid[0] != digest:
            found = active_network(Path(settings.HOME), with_meters=False)
            if found is None:
                raise Refused([Fault("plan.no_network")])
            self._grid = (found.digest, Grid.of(found.network))
        return self._grid[1]


class _Heartbeat:
    """Renews the claim beside the work, and hands on what the work tells."""

    def __init__(self, plan: MonthPlan, clock: Callable[[], float] = time.monotonic) -> None:
        self._plan, self._clock = plan, clock
        self._begun: float | None = None
        self._lost, self._over = False, threading.Event()
        self._stage = ""
        self._thread = threading.Thread(target=self._beat, name="wanjia-progress", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *raised: object) -> None:
        self._over.set()
        self._thread.join()

    def solving(self) -> float:
        """Seconds since the solver's time began; it begins when this is asked first. Raises Lost."""
        self.check()
        if self._begun is None:
            self._begun = self._clock()
        return self._clock() - self._begun

    def tell(self, stage: str, done: float = 0.0, total: float = 0.0, **values: object) -> None:
        """Writes it and renews the claim. Raises Lost, so that the work ends where it is."""
        self.check()
        self._stage = stage
        if not tell_plan(self._plan, timezone.now(), stage=stage, done=done, total=total, **values):
            self._lost = True
        self.check()

    def check(self) -> None:
        """Raises Lost once another worker has the plan."""
        if self._lost:
            raise Lost

    def _beat(self) -> None:
        try:
            while not self._over.wait(TELL_SECONDS):
                self._renew()
        finally:
            connection.close()

    def _renew(self) -> None:
        passed = {} if self._begun is None or self._stage != "solve" else {"done": self._clock() - self._begun}
        try:
            is_mine = tell_plan(self._plan, timezone.now(), **passed)
        except Exception:
            logger.exception("progress of plan %s could not be written", self._plan.number)
            connection.close()
        else:
            self._lost = not is_mine
