"""What goes into and comes out of the sensing step."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Bytes = NDArray[np.int8]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

EVENT_KINDS = ("last_gasp", "restored", "heartbeat")
LAST_GASP, RESTORED, HEARTBEAT = range(3)
LEVELS = ("meter", "district", "section", "feeder", "source")
METER, DISTRICT, SECTION, FEEDER, SOURCE = range(5)
CHANGES = ("announced", "grown", "shrunk", "moved", "split", "merged", "ended", "planned", "planned_ended", "overrun")
"""What can happen to an outage. Alarms are `announced`, `split` and `overrun`; `planned` is a note only."""
HINTS = ("", "momentary", "part_of_district", "still_dark", "planned", "planned_overrun", "communication_lost_too")


@dataclass(frozen=True, eq=False)
class Batch:
    """Events in the order of their arrival, [n] each.

    `slot` is a device's place in the grid's memory (`Grid.slot_of_meter`, `Grid.slot_of_terminal`), `kind` counts in
    EVENT_KINDS, times are milliseconds since 1970 UTC: `occurred` by the device's clock, `received` by ours, ascending.
    """

    slot: Ints
    kind: Bytes
    occurred: Longs
    received: Longs


NO_EVENTS = Batch(np.empty(0, np.int32), np.empty(0, np.int8), np.empty(0, np.int64), np.empty(0, np.int64))


@dataclass(frozen=True)
class Plan:
    """Planned work: what is opened, which districts it concerns (an interval of ranks), from when to when (ms UTC)."""

    device_id: str
    begin: int
    end: int
    starts_at: int
    ends_at: int


@dataclass(frozen=True)
class Evidence:
    """What spoke for an outage when it was announced or revised: meters and terminals below the device, by state."""

    meters: int = 0
    gasped: int = 0
    alive: int = 0
    silent: int = 0
    terminals_gasped: int = 0
    terminals_alive: int = 0
    districts_silent: int = 0
    """Districts below from which no meter said anything: communication lost, or explained by their neighbours."""
    log_odds: float = 0.0
    """Natural logarithm of the odds against the best explanation without this device."""


@dataclass(frozen=True)
class Outage:
    """An outage as it is held now. Times in milliseconds since 1970 UTC; `ends_at` is None while it is open."""

    number: int
    device_id: str
    level: int
    starts_at: int
    detected_at: int
    ends_at: int | None
    districts: tuple[int, ...]
    """Rows of the table of districts."""
    customers: int
    hint: str
    planned: bool
    confidence: float
    evidence: Evidence = field(default_factory=Evidence)
    revisions: int = 0
    parent: int | None = None
    """Number of the outage that this was split from."""
    merged_into: int | None = None


@dataclass(frozen=True)
class Change:
    """Something that happened to an outage at a time of arrival."""

    what: str
    at: int
    outage: Outage
