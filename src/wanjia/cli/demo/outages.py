"""The demo's past outages told to the store as the sensor would have told them, day by day, on a virtual clock."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from django.db import transaction

from wanjia.actions.network.apply_changes import apply_changes
from wanjia.actions.network.explain_outage import explain_outage
from wanjia.actions.network.sensed import Position, SensedBatch
from wanjia.cli.demo.past import Past, instant
from wanjia.kernels.sensing.nouns import DISTRICT, Change
from wanjia.kernels.sensing.nouns import Outage as Sensed
from wanjia.model.actors import SYSTEM
from wanjia.model.network import Network, customers_by_district
from wanjia.records.network.models import Outage

TOGETHER, HISTORY, EXPLAINED = timedelta(hours=20), timedelta(hours=25), timedelta(hours=5)
"""Changes handed over at once; how long after the last of them; how long after its end an outage was explained."""
ENDS = ("ended", "planned_ended")
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

    def key(self, number: int) -> str:
        """By which the store knows one."""
        return f"{self.digest}:{number}"

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
    outage = Sensed(
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


def _rest(whole: Sensed, past: Past, network: Network) -> Sensed:
    customers = customers_by_district(network)
    left = tuple(row for row in whole.districts if row not in past.first_back)
    return replace(whole, districts=left, customers=int(customers[list(left)].sum()), revisions=whole.revisions + 1)


def tell_past(teller: Teller, past: Sequence[Past], tell: Callable[[int], None]) -> None:
    """Everything that happened, a day at a time and as history: nobody is sent or told any more; and why."""
    numbers = {teller.number(): one for one in past}
    changes = [change for number, one in numbers.items() for change in changes_of(one, number, teller.network)]
    for some in _together(sorted(changes, key=lambda change: change.at)):
        with transaction.atomic():
            teller.tell(some, instant(some[-1].at) + HISTORY)
        tell(len(some))
    rows = Outage.objects.filter(sensing_key__startswith=f"{teller.digest}:", cause="", planned=False)
    with transaction.atomic():
        for number, key, ends_at in rows.values_list("number", "sensing_key", "ends_at"):
            one = numbers[int(key.rpartition(":")[2])]
            explain_outage(number, one.cause, one.external, "", SYSTEM, ends_at + EXPLAINED)


def _together(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Cut where a day is over and nothing is dark."""
    some: list[Change] = []
    dark: set[int] = set()
    for change in changes:
        if some and not dark and instant(change.at) - instant(some[0].at) > TOGETHER:
            yield some
            some = []
        some.append(change)
        (dark.discard if change.what in ENDS else dark.add)(change.outage.number)
    if some:
        yield some
