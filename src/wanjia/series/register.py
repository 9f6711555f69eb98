"""Which meter hangs on which district, in which role, and how its counts become kWh: what a compaction needs to know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import blake2b

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wanjia.model.network import Codes, Indexes, Measures, Network


@dataclass(frozen=True)
class Replacement:
    """A meter was taken down and another put up under the same id: the old one's last register, the new one's first."""

    meter_id: str
    replaced_at: datetime
    final_register_kwh: float
    initial_register_kwh: float


@dataclass(frozen=True, eq=False)
class Register:
    """The meters that are known, one row each, in any order, each id once.

    meter_ids: text [n]. districts: ids. district: [n] positions in `districts`. role: [n] in METER_ROLES.
    multiplier: [n] kWh for each kWh that the meter counts (its transformers' ratio). digits: [n] whole digits of its
    register, 0 where it is not known, so that a roll-over cannot be told.
    """

    meter_ids: pa.Array
    districts: Sequence[str]
    district: Indexes
    role: Codes
    multiplier: Measures
    digits: Codes
    replacements: tuple[Replacement, ...] = ()

    @cached_property
    def digest(self) -> str:
        """Hexadecimal name of the contents; the same meters in another order have another name."""
        made = blake2b(digest_size=12)
        for ids in (self.meter_ids.cast(pa.large_string()), pa.array(list(self.districts), pa.large_string())):
            lengths = pc.binary_length(ids).to_numpy(zero_copy_only=False)
            made.update(np.ascontiguousarray(lengths).tobytes())
            made.update("".join(ids.to_pylist()).encode("utf-8"))
        for column in (self.district, self.role, self.multiplier, self.digits):
            made.update(np.ascontiguousarray(column).tobytes())
        made.update(repr(self.replacements).encode("utf-8"))
        return made.hexdigest()


def register_of(
    network: Network,
    multiplier: Measures | None = None,
    digits: Codes | None = None,
    replacements: Sequence[Replacement] = (),
) -> Register:
    """The register of a network's meters; multipliers of 1 and unknown digits where none are given."""
    meters = network.meters
    count = len(meters.ids)
    return Register(
        pa.array(meters.ids, pa.string()),
        tuple(network.districts.ids),
        meters.district,
        meters.role,
        np.ones(count) if multiplier is None else multiplier,
        np.zeros(count, np.int8) if digits is None else digits,
        tuple(replacements),
    )
