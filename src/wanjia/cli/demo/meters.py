"""The demo's meters as they sound when nothing happens: each reports in its own rhythm, a few are silent.

They are kept in one file beside the network, so that whoever makes them sound reads neither store nor network.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from wanjia.adapters.telemetry.keys import KEY, SLOT, UNKNOWN, DeviceKeys
from wanjia.adapters.telemetry.nouns import Keys
from wanjia.kernels.sensing.grid import Grid
from wanjia.kernels.sensing.nouns import Bools
from wanjia.kernels.sensing.parameters import DEFAULTS

FILE = "meters.npz"
METER_SECONDS, TERMINAL_SECONDS = round(DEFAULTS.heartbeat_seconds), round(DEFAULTS.terminal_heartbeat_seconds)
SILENT_SHARE = 0.003
"""Districts whose concentrator is out of reach: collection success is 98-99.8 % (norms, collection)."""
PARTIAL_SHARE, MISSING_MAX = 0.09, 0.08
"""Districts from which some meters are not heard, and how many of a district's at most."""


@dataclass(frozen=True, eq=False)
class Meters:
    """Devices that report, [n] each, in the order of their second: key, second of their round, row of their district.

    Terminals come after the meters, `terminals` says from where on; `districts` are the districts' ids by row.
    """

    keys: Keys
    second: NDArray[np.int16]
    district: NDArray[np.int32]
    terminals: int
    districts: NDArray[np.str_]

    def at(self, seconds: int) -> Iterator[slice]:
        """Which report in one second since 1970: a slice of the meters, one of the terminals."""
        for begin, end, every in self._kinds():
            places = np.searchsorted(self.second[begin:end], (seconds % every, seconds % every + 1))
            yield slice(begin + int(places[0]), begin + int(places[1]))

    def last_before(self, seconds: int) -> NDArray[np.int64]:
        """Second since 1970 at which each device reported last, [n]."""
        found = np.empty(len(self.keys), np.int64)
        for begin, end, every in self._kinds():
            found[begin:end] = seconds - (seconds - self.second[begin:end].astype(np.int64)) % every
        return found

    def _kinds(self) -> tuple[tuple[int, int, int], ...]:
        return (0, self.terminals, METER_SECONDS), (self.terminals, len(self.keys), TERMINAL_SECONDS)

    def write(self, folder: Path) -> None:
        """Keeps them. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(folder / FILE, **vars(self))


def read_meters(folder: Path) -> Meters:
    """Those that were kept. Raises OSError."""
    with np.load(folder / FILE) as found:
        columns = {name: found[name] for name in found.files}
    return Meters(**{**columns, "terminals": int(columns["terminals"])})


def make_meters_file(grid: Grid, keys: DeviceKeys, reporting: Bools, chance: Generator) -> Meters:
    """The devices of a grid that report; `reporting` by slot."""
    slots = len(reporting)
    ranks = np.concatenate((np.repeat(np.arange(grid.districts), np.diff(grid.first_meter)), np.arange(grid.districts)))
    is_terminal = np.arange(slots) >= grid.meters
    second = chance.integers(0, np.where(is_terminal, TERMINAL_SECONDS, METER_SECONDS)).astype(np.int16)
    order = np.lexsort((second, is_terminal))
    order = order[reporting[order]]
    return Meters(
        keys_by_slot(keys, slots)[order], second[order], grid.district[ranks[order]].astype(np.int32),
        int((~is_terminal[order]).sum()), np.array(grid.network.districts.ids.tolist()),
    )  # fmt: skip


def keys_by_slot(keys: DeviceKeys, slots: int) -> Keys:
    """The table of keys the other way round, [slots]."""
    used = keys.places[keys.places[:, SLOT] != UNKNOWN]
    found = np.zeros(slots, np.uint64)
    found[used[:, SLOT]] = used[:, KEY].view(np.uint64)
    return found


def reporting_devices(grid: Grid, chance: Generator) -> Bools:
    """Which slots report: not those of districts out of reach, nor some meters here and there."""
    speaks = np.ones(grid.meters + grid.districts, np.bool_)
    meters = np.diff(grid.first_meter)
    missing = np.ceil(meters * chance.uniform(0, MISSING_MAX, grid.districts)).astype(np.int64)
    missing[chance.random(grid.districts) >= PARTIAL_SHARE] = 0
    silent = np.flatnonzero(chance.random(grid.districts) < SILENT_SHARE)
    missing[silent] = meters[silent]
    for rank in np.flatnonzero(missing).tolist():
        end = int(grid.first_meter[rank + 1])
        speaks[end - int(missing[rank]) : end] = False
    speaks[grid.meters + silent] = False
    return speaks
