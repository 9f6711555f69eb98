"""The demo's past outages told to the store as the sensor would have told them, day by day, on a virtual clock."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from wanjia.actions.network.apply_changes import apply_changes
from wanjia.actions.network.sensed import Position, SensedBatch
from wanjia.cli.demo.past import Past, instant
from wanjia.kernels.sensing.nouns import DISTRICT, Change, Outage
from wanjia.model.network import Network, customers_by_district

SEES_END_SECONDS = 20
"""How long after supply is back the sensor is sure of it."""


@dataclass
class Teller:
    """What the sensor has told so far of one network: outages are numbered, changes counted."""

    digest: str
    network: Network
    told: int = 0
    numbered: int = 0

    def number(self) -> int:
        """The next outage's."""
        self.numbered += 1
        return self.numbered

    def tell(self, changes: Sequence[Change], now: datetime) -> None:
        """Hand changes over, in their order."""
        at = max(change.at for change in changes)
        batch = SensedBatch(self.digest, self.network, tuple(changes), Position(0, at, self.told))
        apply_changes(batch, now)
        self.told += len(changes)


def planned_changes(teller: Teller, district: str, begins_at: datetime, ends_at: datetime) -> tuple[Change, Change]:
    """The beginning and the end of planned work that cuts off one district."""
    network = teller.network
    row = int(np.flatnonzero(network.districts.ids == district)[0])
    begin, end = (round(at.timestamp() * 1000) for at in (begins_at, ends_at))
    customers = int(customers_by_district(network)[row])
    outage = Outage(
        teller.number(), district, DISTRICT, begin, begin, None, (row,), customers, "planned", True, 1.0
    )  # fmt: skip
    return Change("planned", begin, outage), Change("planned_ended", end, replace(outage, ends_at=end))


def changes_of(past: Past, number: int, network: Network) -> tuple[Change, ...]:
    """What the sensor said of one outage: that it began, that a part was back, that it was over."""
    whole = replace(past.outage, number=number, ends_at=None)
    ended_at = past.outage.ends_at or past.outage.detected_at
    told = [Change("planned" if whole.planned else "announced", whole.detected_at, whole)]
    if past.first_back:
        whole = _rest(whole, past, network)
        told.append(Change("shrunk", past.first_back_at, whole))
    what = "planned_ended" if whole.planned else "ended"
    return (*told, Change(what, ended_at + 1000 * SEES_END_SECONDS, replace(whole, ends_at=ended_at)))


def _rest(whole: Outage, past: Past, network: Network) -> Outage:
    customers = customers_by_district(network)
    left = tuple(row for row in whole.districts if row not in past.first_back)
    return replace(whole, districts=left, customers=int(customers[list(left)].sum()), revisions=whole.revisions + 1)


def tell_past(teller: Teller, past: Sequence[Past], tell: Callable[[int], None]) -> dict[int, Past]:
    """Everything that happened, a day at a time; what the sensor called each outage -> what it was."""
    found = {teller.number(): one for one in past}
    changes = [change for number, one in found.items() for change in changes_of(one, number, teller.network)]
    for day in _days(sorted(changes, key=lambda change: change.at)):
        teller.tell(day, instant(day[-1].at))
        tell(len(day))
    return found


def _days(changes: Sequence[Change]) -> Iterator[list[Change]]:
    some: list[Change] = []
    for change in changes:
        if some and instant(change.at) - instant(some[0].at) > timedelta(days=1):
            yield some
            some = []
        some.append(change)
    if some:
        yield some
