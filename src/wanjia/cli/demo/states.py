"""What telemetry has heard of the demo's districts when the demo begins: nearly all meters, a few silent districts."""

from datetime import datetime

import numpy as np
from numpy.random import Generator

from wanjia.actions.network.apply_states import apply_states
from wanjia.model.network import Network

SILENT_SHARE = 0.004
"""Districts whose concentrator is out of reach: collection success is 98-99.8 % (norms, collection)."""
SILENT_HOURS_MAX = 60
PARTIAL_SHARE = 0.13
"""Districts from which some meters are not heard."""
MISSING_MAX = 0.08
"""Of the meters of such a district."""
HEARTBEAT_SECONDS = 300
"""A terminal's."""


def make_states(digest: str, network: Network, chance: Generator, now: datetime) -> None:
    """One state for every district, all lit."""
    count = len(network.districts.ids)
    meters = np.bincount(network.meters.district, minlength=count)
    missing = np.ceil(meters * chance.uniform(0, MISSING_MAX, count) * (chance.random(count) < PARTIAL_SHARE))
    age_ms = 1000 * chance.uniform(0, HEARTBEAT_SECONDS, count)
    silent = chance.random(count) < SILENT_SHARE
    missing[silent] = meters[silent]
    age_ms[silent] = 3_600_000 * chance.uniform(1, SILENT_HOURS_MAX, int(silent.sum()))
    heard_at = (now.timestamp() * 1000 - age_ms).astype(np.int64)
    apply_states(
        digest, network.districts.ids.tolist(), [None] * count, heard_at.tolist(), meters.tolist(),
        (meters - missing.astype(np.int64)).tolist(), now,
    )  # fmt: skip
