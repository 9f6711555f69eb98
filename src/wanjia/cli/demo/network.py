"""The demo's network: feeders through the districts that the demo has, a meter for every customer; on disk, installed.

The same seed gives the same network; its folder is named after what is in it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.random import Generator

from wanjia.actions.network.install_network import install_network
from wanjia.adapters.grid_files.keeping import keep_network
from wanjia.kernels.topology.laying import Sites, lay_network
from wanjia.kernels.topology.making import make_meters
from wanjia.model.actors import SYSTEM
from wanjia.model.network import AREAS, CUSTOMER_METER, PRIORITIES, Codes, Meters, Network, no_meters, words
from wanjia.records.network.models import Customer, TransformerDistrict

METER_DIGITS = 12
SENSITIVE = PRIORITIES.index("sensitive")
SENSITIVE_SHARE = 0.01
"""Of all customer meters, those of customers with a name included; people on life support are all known by name."""


def make_demo_network(chance: Generator) -> Network:
    """The network of the districts in the store, with all their meters."""
    rows = list(TransformerDistrict.objects.order_by("code").values_list(*_COLUMNS))
    network = lay_network(_sites(rows), chance)
    return replace(network, meters=_meters(network, chance))


_COLUMNS = (
    "code", "name_zh", "feeder_id", "organisation_id", "longitude", "latitude", "area_class", "capacity_kva",
    "customers",
)  # fmt: skip


def _sites(rows: list[tuple[object, ...]]) -> Sites:
    code, name, feeder, station, longitude, latitude, area, capacity, customers = zip(*rows, strict=True)
    return Sites(
        words(list(code)), words(list(name)), words(list(feeder)), words([substation_of(one) for one in station]),
        np.array(longitude, dtype=np.float64), np.array(latitude, dtype=np.float64),
        np.array([AREAS.index(one) for one in area], dtype=np.int8), np.array(capacity, dtype=np.float64),
        np.array(customers, dtype=np.int64),
    )  # fmt: skip


def substation_of(station: object) -> str:
    """Every town of the demo has one substation, which bears its station's number."""
    return str(station).replace("station-", "SS")


def meter_of(customer_number: str) -> str:
    """Number of a registered customer's meter: the customer's own, filled up to a meter number's length."""
    return customer_number.zfill(METER_DIGITS)


def _meters(network: Network, chance: Generator) -> Meters:
    """As many customer meters as the district counts; the first of them are those of its registered customers."""
    meters = make_meters(network.districts.customers, chance)
    numbers = np.arange(len(meters.ids)) + 10 ** (METER_DIGITS - 1)
    ids = words([str(number) for number in numbers.tolist()])
    named = _named_rows(network, meters)
    ids[list(named)] = [meter for meter, _ in named.values()]
    return replace(meters, ids=ids, priority=_priorities(meters, named, chance))


def _named_rows(network: Network, meters: Meters) -> dict[int, tuple[str, str]]:
    """Row of a customer meter -> its number and priority, for every registered customer."""
    first = np.searchsorted(meters.district, np.arange(len(network.districts.ids)))
    row_of = dict(zip(network.districts.ids.tolist(), (first + 1).tolist(), strict=True))  # after the master
    found: dict[int, tuple[str, str]] = {}
    rows = Customer.objects.order_by("number").values_list("number", "district_id", "priority")
    for number, district, priority in rows:
        found[row_of[district]] = meter_of(number), priority
        row_of[district] += 1
    return found


def _priorities(meters: Meters, named: dict[int, tuple[str, str]], chance: Generator) -> Codes:
    """Who cannot bear an outage: as the rows of registered customers say, and some of the others drawn."""
    priority = np.zeros(len(meters.ids), dtype=np.int8)
    priority[list(named)] = [PRIORITIES.index(one) for _, one in named.values()]
    is_customer = meters.role == CUSTOMER_METER
    wanted = round(SENSITIVE_SHARE * int(np.count_nonzero(is_customer)))
    missing = max(0, wanted - int(np.count_nonzero(priority == SENSITIVE)))
    is_customer[list(named)] = False
    nameless = np.flatnonzero(is_customer)
    priority[chance.choice(nameless, min(missing, len(nameless)), replace=False)] = SENSITIVE
    return priority


@dataclass(frozen=True, eq=False)
class Installed:
    """A network in the store."""

    digest: str
    network: Network


def make_networks(home: Path, chance: Generator, installed_at: datetime) -> tuple[Installed, Installed]:
    """The edition of a year ago, on which past outages were sensed, and today's with meters, which is active."""
    network = make_demo_network(chance)
    return _installed(home, without_meters(network), installed_at), _installed(home, network, installed_at)


def _installed(home: Path, network: Network, at: datetime) -> Installed:
    digest, folder = keep_network(home, network)
    install_network(network, digest, folder, SYSTEM, at)
    return Installed(digest, network)


def without_meters(network: Network) -> Network:
    """The edition of a year ago, when the model ended at the district: what past outages were sensed on."""
    return replace(network, meters=no_meters())
