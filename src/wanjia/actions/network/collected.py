"""The meters that are read on a day, and what their readings are held against."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from wanjia.kernels.balance.day.expected import Expected, expected_of
from wanjia.model.network import Districts, Network
from wanjia.records.network.collection import collecting, collection_starts
from wanjia.records.network.models import TransformerDistrict
from wanjia.series.register import Register, register_of


@dataclass(frozen=True, eq=False)
class Collected:
    """The part of the network whose meters are read: districts sorted by id, its register, its expected meters."""

    network: Network
    register: Register
    expected: Expected

    @property
    def ids(self) -> list[str]:
        """Ids of the districts, as they stand in `expected`."""
        return list(self.network.districts.ids)


def collected(network: Network, day: date) -> Collected:
    """The districts in collection on the day; all of them where no organisation has ever begun."""
    if collection_starts():
        codes = TransformerDistrict.objects.filter(collecting(day)).values_list("pk", flat=True)
        network = part_of(network, set(codes))
    return of_network(network)


def of_network(network: Network) -> Collected:
    """All districts of a network."""
    districts, meters = network.districts, network.meters
    expected = expected_of(districts.ids, meters.district, meters.role, districts.capacity_kva)
    return Collected(network, register_of(network), expected)


def part_of(network: Network, codes: Collection[str]) -> Network:
    """The network with these districts and their meters only, sorted by id; nodes and branches stay."""
    ids = network.districts.ids
    rows = np.array(sorted((at for at, code in enumerate(ids) if code in codes), key=ids.__getitem__), dtype=np.int64)
    position = np.full(len(ids), -1, dtype=np.int32)
    position[rows] = np.arange(len(rows), dtype=np.int32)
    meters = network.meters
    kept = np.flatnonzero(position[meters.district] >= 0)
    kept = kept[np.argsort(position[meters.district[kept]], kind="stable")]
    columns = {name: column[kept] for name, column in vars(meters).items()}
    columns["district"] = position[columns["district"]]
    return replace(network, districts=_districts(network.districts, rows), meters=replace(meters, **columns))


def _districts(districts: Districts, rows: np.ndarray) -> Districts:
    return replace(districts, **{name: column[rows] for name, column in vars(districts).items()})
