"""Which meter hangs on which district, in which role, how its counts become kWh: what a compaction needs to know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wanjia.model.network import CUSTOMER_METER, Codes, Indexes, Measures, Network
from wanjia.series.digest import note_column
from wanjia.series.meter_index import MeterIndex

DIGEST_CHARACTERS = 24


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
        made, lengths, letters = (sha256() for _ in range(3))
        for ids in (self.meter_ids, pa.array(list(self.districts), pa.string())):
            note_column((lengths, letters), ids)
        for column in (self.district, self.role, self.multiplier, self.digits):
            made.update(np.ascontiguousarray(column).tobytes())
        made.update(repr(self.replacements).encode("utf-8"))
        made.update(lengths.digest() + letters.digest())
        return made.hexdigest()[:DIGEST_CHARACTERS]

    @cached_property
    def ordered(self) -> "Ordered":
        """The meters as a compacted day has them; sorting two million takes seconds, so it is done once."""
        names = pa.array(list(self.districts), pa.string())
        ids = names.take(pa.array(self.district))
        order = pc.sort_indices(
            pa.table({"district": ids, "meter": self.meter_ids}),
            sort_keys=[("district", "ascending"), ("meter", "ascending")],
        )
        at = order.to_numpy()
        return Ordered(self.meter_ids.take(order), ids.take(order), self.role[at], self.multiplier[at], self.digits[at])


@dataclass(frozen=True, eq=False)
class Ordered:
    """Meters by district and id; then, with `behind`, meters that the register lacks: on no district, customers'."""

    meter_ids: pa.Array
    district_ids: pa.Array
    role: Codes
    multiplier: Measures
    digits: Codes

    @cached_property
    def index(self) -> MeterIndex:
        """Finds their rows."""
        return MeterIndex(self.meter_ids)

    def behind(self, unknown: Sequence[str]) -> "Ordered":
        """These meters and the unknown ones."""
        count = len(unknown)
        if not count:
            return self
        return Ordered(
            pa.concat_arrays([self.meter_ids, pa.array(list(unknown), pa.string())]),
            pa.concat_arrays([self.district_ids, pa.array([""] * count, pa.string())]),
            np.concatenate((self.role, np.full(count, CUSTOMER_METER, np.int8))),
            np.concatenate((self.multiplier, np.ones(count))),
            np.concatenate((self.digits, np.zeros(count, np.int8))),
        )


def register_of(network: Network, replacements: Sequence[Replacement] = ()) -> Register:
    """The register of a network's meters."""
    meters = network.meters
    return Register(
        pa.array(meters.ids, pa.string()), tuple(network.districts.ids), meters.district, meters.role,
        meters.multiplier, meters.register_digits, tuple(replacements),
    )  # fmt: skip
