"""What the sensing loop hands over: changes of outages in their order, and how far the journal has been sensed.

All times are milliseconds since 1970 UTC. A batch may be handed over twice, or overlap the one before: changes that
`SensingPosition` has counted already are skipped.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wanjia.kernels.sensing.nouns import Change
from wanjia.model.network import Network


@dataclass(frozen=True)
class Position:
    """How far the stream has been sensed with this batch, and how many changes had come before it."""

    journal_at: int
    """Records of the journal sensed, this batch included."""
    tick_at: int
    """Arrival time up to which has been sensed; 0: nothing yet."""
    changes_before: int
    """Changes before the first of this batch, counted from the beginning of the journal for this network."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Received, repeated, malformed, unknown devices and the like, so far; kept beside the position as they are."""


@dataclass(frozen=True)
class Gap:
    """Messages first_missing .. last_missing of a sender never came, or came late (`filled_at`).

    The row is found by sender and first_missing. When only some of it is filled, hand over each part: the row keeps
    the new `last_missing`, the other parts make rows of their own.
    """

    sender: str
    first_missing: int
    last_missing: int
    noticed_at: int
    filled_at: int | None = None


@dataclass(frozen=True, eq=False)
class SensedBatch:
    """Changes of outages of one installed network (`NetworkModel.digest`), with the position that they lead to.

    `Outage.districts` of the kernel are rows of `network.districts`.
    """

    network_digest: str
    network: Network
    changes: tuple[Change, ...]
    position: Position
    gaps: tuple[Gap, ...] = ()
