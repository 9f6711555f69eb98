"""Districts of the small world with meters and some days of made readings, in a measurement store of the test's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from wanjia.cli.demo.readings import wide_batch
from wanjia.kernels.balance.made.city import dress, make_day
from wanjia.kernels.balance.made.nouns import City, Injections
from wanjia.kernels.topology.making import make_meters
from wanjia.model.network import AREAS, DISTRICT, Branches, Districts, Network, Nodes, words
from wanjia.model.readings import Block
from wanjia.records.network.models import TransformerDistrict
from wanjia.series.duckdb.store import DuckDBStore
from wanjia.series.opening import bind
from wanjia.wiring.series import bind_series

__all__ = ["Measured", "measured", "own_store", "wide_batch"]

ZONE = "Asia/Shanghai"
CUSTOMERS = 12
SEED = 5


@dataclass(frozen=True, eq=False)
class Measured:
    """The store, the network with its meters, the made city, and the day of the company on which it begins."""

    store: DuckDBStore
    city: City
    first: date

    @property
    def network(self) -> Network:
        """What the books say."""
        return self.city.network

    def day(self, number: int) -> date:
        """The made day, counted from 0."""
        return self.first + timedelta(days=number)

    def block(self, number: int) -> Block:
        """Its readings, a row a meter, as they were made."""
        return make_day(self.city, number).block


@contextmanager
def own_store(folder: Path) -> Iterator[DuckDBStore]:
    """A store that actions and queries find for the time of a test."""
    store = DuckDBStore(folder, ZONE)
    bind(lambda: store)
    try:
        yield store
    finally:
        bind_series()


def measured(
    store: DuckDBStore, first: date, days: int = 2, faults: Injections | None = None, codes: tuple[str, ...] = ()
) -> Measured:
    """Meters in the world's districts and made days of them; nothing is fed in yet."""
    network = network_of_rows(codes)
    return Measured(store, dress(network, days, SEED, faults, first_weekday=first.weekday()), first)


def network_of_rows(codes: tuple[str, ...] = (), customers: int = CUSTOMERS) -> Network:
    """The store's districts (or these), each with a master, customers and what else is drawn; no lines between."""
    rows = list(TransformerDistrict.objects.order_by("code"))
    rows = [row for row in rows if not codes or row.code in codes]
    count = len(rows)
    ids, at = words([row.code for row in rows]), np.arange(count, dtype=np.int32)
    none = np.zeros(0, dtype=np.int32)
    districts = Districts(
        ids, at, words([row.feeder_id for row in rows]), words([row.name_zh for row in rows]),
        np.array([row.longitude for row in rows]), np.array([row.latitude for row in rows]),
        np.array([AREAS.index(row.area_class) for row in rows], dtype=np.int8),
        np.array([row.capacity_kva for row in rows], dtype=np.float64), np.full(count, customers),
    )  # fmt: skip
    return Network(
        Nodes(ids, np.full(count, DISTRICT, dtype=np.int8)),
        Branches(words([]), none, none, none.astype(np.int8), none.astype(np.bool_), words([])),
        districts, make_meters(districts.customers, np.random.default_rng(SEED)),
    )  # fmt: skip
