"""The demo's last hours sensed for real: the journal fills, the loop judges, rows follow, by the virtual clock."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.random import Generator

from wanjia.actions.network.apply_changes import apply_changes
from wanjia.actions.network.sensed import SensedBatch
from wanjia.adapters.grid_files.keeping import FOLDER
from wanjia.adapters.telemetry.journal import Journal
from wanjia.adapters.telemetry.replay import Recorded
from wanjia.cli.demo.meters import keys_by_slot, make_meters_file, reporting_devices
from wanjia.cli.demo.past import instant
from wanjia.cli.demo.restorations import work_on
from wanjia.cli.demo.scene import BEGINS, heard, scene_of
from wanjia.cli.demo.turns import Play
from wanjia.kernels.sensing.coverage import Coverage
from wanjia.kernels.sensing.grid import Grid
from wanjia.kernels.sensing.nouns import SECTION
from wanjia.records.network.models import Outage, TransformerDistrict
from wanjia.records.territory.models import Tenure
from wanjia.wiring.installed import ActiveNetwork
from wanjia.wiring.sensing import SensingLoop
from wanjia.wiring.telemetry import outside_of_rows, telemetry_settings

ROUND = timedelta(minutes=3)
TODAYS_CAUSE = "equipment_age"
SECTION_MIN, SECTION_MAX = 4, 8
"""Districts behind the branch that is open today."""


class Today:
    """The stream and the loop behind it, some minutes at a time until `now`."""

    def __init__(
        self, active: ActiveNetwork, begins_at: datetime, now: datetime, heard: Callable[[Play, datetime], None]
    ) -> None:  # fmt: skip
        """`heard` is called after each round. The stream is given with `listen_to`, once the loop's grid is known."""
        self.at, self._now, self._heard = begins_at, now, heard
        self._states = _States()
        self.loop = _loop(active, self._states, lambda: self.at)
        self._journal = Journal(telemetry_settings().folder / "journal")
        self._recorded, self._done = _NOTHING, 0

    def listen_to(self, recorded: Recorded) -> None:
        """What will arrive."""
        self._recorded = recorded

    def take(self, play: Play) -> bool:
        """What arrived meanwhile goes into the journal and through the loop."""
        upto, one = int(np.searchsorted(self._recorded.received, _ms(self.at), side="right")), self._recorded
        part = slice(self._done, upto)
        if upto > self._done:
            self._journal.append(one.received[part], one.keys[part], one.kinds[part], one.occurred[part])
        self._journal.mark(_ms(self.at))
        self._done = upto
        while self.loop.round():
            pass
        self._heard(play, self.at)
        if self.at < self._now:
            self.at = min(self.at + ROUND, self._now)
            return True
        self._end()
        return False

    def _end(self) -> None:
        """Keeps the state, so that the serving process goes on from here."""
        self.loop.keep()
        self.loop.close()
        self._journal.close()
        self._states.write(self._now)


def make_today(home: Path, active: ActiveNetwork, chance: Generator, now: datetime) -> Today:
    """The last hours before now, with its two outages; the meters that report are kept beside the network."""
    followed: set[int] = set()

    def heard_of(play: Play, at: datetime) -> None:
        rows = Outage.objects.filter(sensing_key__startswith=f"{active.digest}:").exclude(case_number="")
        for row in rows.exclude(pk__in=followed):
            followed.add(row.pk)
            work_on(play, row, TODAYS_CAUSE, False, at, "arrive" if row.device_level == "section" else "clear_rest")

    today = Today(active, now - timedelta(seconds=BEGINS), now, heard_of)
    grid = today.loop.grid
    scene = scene_of(grid, *_places(grid), chance)
    reporting = reporting_devices(grid, chance)
    reporting[scene.around(grid)] = True
    reporting[scene.silent(grid)] = False
    meters = make_meters_file(grid, today.loop.keys, reporting, chance)
    meters.write(home / FOLDER / active.digest)
    today.listen_to(heard(grid, keys_by_slot(today.loop.keys, len(reporting)), scene, meters, now.timestamp(), chance))
    return today


def _places(grid: Grid) -> tuple[str, str]:
    """A district of the login `manager`, and a branch above a few others of the same station, on another feeder."""
    manager = Tenure.objects.select_related("post").get(person__account__username="manager", ends_on=None).post
    home = TransformerDistrict.objects.filter(cell_code=manager.cell_code).order_by("-customers", "code")[1]
    station = set(
        TransformerDistrict.objects.filter(organisation=manager.organisation_id).values_list("code", flat=True)
    )
    feeder = grid.network.districts.feeder[grid.district]
    codes = grid.network.districts.ids[grid.district]
    size = grid.end - grid.begin
    sections = np.flatnonzero((grid.level == SECTION) & grid.switching & (size >= SECTION_MIN) & (size <= SECTION_MAX))
    near = [g for g in sections.tolist() if codes[grid.begin[g]] in station and feeder[grid.begin[g]] != home.feeder_id]
    return home.code, grid.device_ids[(near or sections.tolist())[0]]


class _States:
    """Keeps what the loop tells of districts, to write it once: nobody looks before the demo is made."""

    def __init__(self) -> None:
        self._told: tuple[str, Grid, Coverage] | None = None
        self._rows: set[int] = set()

    def tell(self, digest: str, grid: Grid, rows: np.ndarray, found: Coverage, _: datetime) -> object:
        """Takes the place of the store."""
        self._rows.update(rows.tolist())
        self._told = digest, grid, found
        return None

    def write(self, now: datetime) -> None:
        """All districts of which something was told, as they are now."""
        if self._told is not None:
            digest, grid, found = self._told
            outside_of_rows().tell(digest, grid, np.array(sorted(self._rows)), found, now)


def _loop(active: ActiveNetwork, states: _States, clock: Callable[[], datetime]) -> SensingLoop:
    """As the product runs it, but for the clock."""

    def apply(batch: SensedBatch, _: datetime) -> object:
        at = max((change.at for change in batch.changes), default=batch.position.tick_at)
        return apply_changes(batch, instant(at))

    outside = replace(outside_of_rows(), apply=apply, tell=states.tell)
    return SensingLoop(telemetry_settings().folder, active, outside, lambda: clock().timestamp())


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


_NOTHING = Recorded(*(np.empty(0, kind) for kind in (np.uint64, np.uint8, np.int64, np.int64)))
