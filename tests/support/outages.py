"""A network that fits the small world's districts, and changes as the sensing kernel gives them."""

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from tests.support.world import World
from wanjia.actions.network.apply_changes import apply_changes
from wanjia.actions.network.sensed import Gap, Position, SensedBatch
from wanjia.kernels.sensing.nouns import DISTRICT, FEEDER, METER, SECTION, SOURCE, Change, Evidence
from wanjia.kernels.sensing.nouns import Outage as Sensed
from wanjia.model.network import BRANCH_KINDS, NODE_KINDS, Branches, Districts, Network, Nodes, no_meters, words
from wanjia.records.network.models import NetworkModel, Outage

DIGEST = "d" * 64
CODES = ("T-C111", "T-C112", "T-C121", "T-C122", "T-C211", "T-C212", "T-C221", "T-C222")
"""The world's districts, in the order of the network's table: four of station 1, four of station 2."""
CUSTOMERS = 120


def world_network(codes: tuple[str, ...] = CODES, customers: int = CUSTOMERS) -> Network:
    """A source, a breaker, and every district behind a line of its own."""
    count = len(codes)
    kinds = [NODE_KINDS.index("source"), NODE_KINDS.index("junction"), *[NODE_KINDS.index("district")] * count]
    branch_kinds = [BRANCH_KINDS.index("breaker"), *[BRANCH_KINDS.index("line")] * count]
    return Network(
        Nodes(words(["source", "bus", *(f"n-{code}" for code in codes)]), np.array(kinds, np.int8)),
        Branches(
            words(["breaker", *(f"line-{code}" for code in codes)]),
            np.array([0, *[1] * count], np.int32), np.arange(1, count + 2, dtype=np.int32),
            np.array(branch_kinds, np.int8), np.ones(count + 1, np.bool_), words([""] * (count + 1)),
        ),
        Districts(
            words(list(codes)), np.arange(2, count + 2, dtype=np.int32), words(["F001"] * count), words(list(codes)),
            np.zeros(count), np.zeros(count), np.zeros(count, np.int8), np.zeros(count), np.full(count, customers),
        ),
        no_meters(),
    )  # fmt: skip


def install(digest: str = DIGEST, active: bool = True, at: datetime | None = None) -> NetworkModel:
    """The row of the network, without its folder."""
    return NetworkModel.objects.create(
        digest=digest, folder="network", active=active, nodes=10, branches=9, districts=8, meters=0, installed_at=at,
    )  # fmt: skip


def sensed(
    number: int, districts: tuple[int, ...], at: int, *, level: int | None = None, device: str = "", hint: str = "",
    parent: int | None = None, planned: bool = False, customers: int | None = None, starts_at: int | None = None,
) -> Sensed:  # fmt: skip
    """An outage as the kernel holds it; level and device follow from the number of districts."""
    count = len(districts)
    by_count = DISTRICT if count == 1 else SECTION if count < 4 else FEEDER if count < 8 else SOURCE
    return Sensed(
        number, device or (CODES[districts[0]] if count == 1 else "breaker"), by_count if level is None else level,
        at - 60_000 if starts_at is None else starts_at, at, None, districts,
        count * CUSTOMERS if customers is None else customers, hint, planned, 0.97, Evidence(meters=count), 0, parent,
    )  # fmt: skip


@dataclass
class Stream:
    """Hands changes over as the sensing loop does, counting them."""

    world: World
    network: Network
    digest: str = DIGEST
    written: int = 0

    @property
    def now(self) -> int:
        """The world's now, milliseconds."""
        return round(self.world.now.timestamp() * 1000)

    def send(self, *changes: Change, gaps: tuple[Gap, ...] = (), now: datetime | None = None) -> int:
        """One batch after those before; gives how many changes were new."""
        new = self.again(self.written, *changes, gaps=gaps, now=now)
        self.written += len(changes)
        return new

    def again(
        self, before: int, *changes: Change, gaps: tuple[Gap, ...] = (), now: datetime | None = None
    ) -> int:  # fmt: skip
        """A batch that begins at a given count of changes, as after a crash."""
        tick = max((change.at for change in changes), default=self.now)
        position = Position(before + len(changes), tick, before, {"received": before + len(changes)})
        batch = SensedBatch(self.digest, self.network, changes, position, gaps)
        return apply_changes(batch, now or self.world.now)


def change(what: str, outage: Sensed, at: int) -> Change:
    """A change at a time of arrival."""
    return Change(what, at, outage)


def over(outage: Sensed, at: int, hint: str | None = None) -> Change:
    """The outage ends."""
    return Change("ended", at, replace(outage, ends_at=at, hint=outage.hint if hint is None else hint))


def row(number: int, digest: str = DIGEST) -> Outage:
    """The outage that the sensor calls so."""
    return Outage.objects.get(sensing_key=f"{digest}:{number}")


def dark(outage: Outage) -> list[str]:
    """Codes of its districts that are dark."""
    return list(outage.districts.filter(restored_at=None).values_list("district_id", flat=True))


LEVEL_METER = METER
