"""The demo's readings: a pilot station whose meters are read, fed in and computed day by day on the product's own way.

Some small districts of the login `manager` have been read for a year, all others of the station for three weeks. What
is wrong among them is drawn: meters on the wrong district, meters that are passed by, dead masters, failing collection,
overload.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
from django.utils import timezone

from wanjia.actions.network.begin_collection import begin_collection
from wanjia.actions.network.collected import Collected, of_network, part_of
from wanjia.actions.network.compute_day import compute_day
from wanjia.actions.network.ingest_readings import ingest_readings
from wanjia.actions.network.open_district_case import open_district_case
from wanjia.kernels.balance.made.city import dress, make_day
from wanjia.kernels.balance.made.nouns import City, Injections
from wanjia.model.actors import SYSTEM
from wanjia.model.network import Network
from wanjia.model.readings import MISSING, Block
from wanjia.queries.network.parts import Part
from wanjia.queries.network.station_view import station_view
from wanjia.records.network.models import TransformerDistrict
from wanjia.records.territory.holders import actor_of
from wanjia.records.territory.models import Account, Tenure
from wanjia.series.layout_arrivals import WIDE, WIDE_SLOTS_MAX
from wanjia.series.opening import measurement_store
from wanjia.texts import DEFAULT_LANGUAGE

PILOT = "station-01"
"""The station of the logins `chief`, `senior` and `manager`."""
EARLY_DISTRICTS = 8
YEAR_DAYS, ALL_DAYS = 365, 21
EARLY_SEED, LATE_SEED = 3, 2
"""With the demo's own seed there is something of everything on the last day."""
KWH_DECIMALS = 6
SOURCE = "演示采集系统"
EARLY_FAULTS = Injections(moves=1, thefts=1, dead_masters=1)
FAULTS = Injections(
    swaps=2, moves=3, thefts=5, dead_masters=2, gaps=2, overloads=2, low_voltages=1, unbalances=1
)  # fmt: skip
TREATED_BANDS = ("high", "not_computable")
Tell = Callable[[int], object]


@dataclass(frozen=True, eq=False)
class Pilot:
    """Districts that are read from a day on, with what their meters will show."""

    city: City
    since: date

    def batch(self, day: date) -> pa.RecordBatch | None:
        """The day's readings as a head-end exports them; None before its first day."""
        number = (day - self.since).days
        if number < 0:
            return None
        return wide_batch(self.city.network, make_day(self.city, number).block, day)


def make_readings(network: Network, seed: int, now: datetime, today: date, tell: Tell) -> int:
    """A year up to yesterday; gives the readings taken in. `tell` is told how many days are done."""
    codes = _pilot_districts()
    early, whole = part_of(network, set(codes[:EARLY_DISTRICTS])), part_of(network, set(codes))
    late = part_of(network, set(codes[EARLY_DISTRICTS:]))
    first, all_since = today - timedelta(days=YEAR_DAYS), today - timedelta(days=ALL_DAYS)
    begin_collection(PILOT, first, SYSTEM, now)
    parts = [
        _part(early, first, YEAR_DAYS, seed + EARLY_SEED, EARLY_FAULTS),
        _part(late, all_since, ALL_DAYS, seed + LATE_SEED, FAULTS),
    ]
    few, many, readings = of_network(early), of_network(whole), 0
    for number in range(YEAR_DAYS):
        day = first + timedelta(days=number)
        is_last = number == YEAR_DAYS - 1
        readings += _day(day, parts, many if day >= all_since else few, now, is_last)
        tell(number + 1)
    return readings


def _pilot_districts() -> list[str]:
    """The station's districts; those of the login `manager` first, of them the smallest."""
    cell = Tenure.objects.filter(person__account__username="manager").values_list("post__cell_code", flat=True)[0]
    rows = TransformerDistrict.objects.filter(organisation=PILOT).values_list("pk", "cell_code", "customers")
    return [code for code, _, _ in sorted(rows, key=lambda row: (row[1] != cell, row[2]))]


def treat_worst(now: datetime) -> int:
    """The pilot's chief opens the case of the district that lost most, and of the first that cannot be computed."""
    chief = actor_of(Account.objects.get(username="chief").person, timezone.localdate(now))
    found = station_view(chief, Part(PILOT), None, now, DEFAULT_LANGUAGE)
    for band in TREATED_BANDS:
        worst = next((line for line in found.lines if line.band == band), None)
        if worst is not None:
            open_district_case(worst.district, found.day, "", chief, now)
    return len(TREATED_BANDS)


def wide_batch(network: Network, block: Block, day: date) -> pa.RecordBatch:
    """A block as the batch of a day: a row a meter, its slots in kWh, null where no reading is."""
    values = np.where(block.values == MISSING, np.nan, block.values * block.unit_kwh[:, None]).round(KWH_DECIMALS)
    padded = np.full((len(values), WIDE_SLOTS_MAX), np.nan)
    padded[:, : values.shape[1]] = values
    slots = pa.FixedSizeListArray.from_arrays(pa.array(padded.reshape(-1), from_pandas=True), WIDE_SLOTS_MAX)
    columns = [pa.array(network.meters.ids, pa.string()), pa.array([day] * len(values), pa.date32()), slots]
    return pa.RecordBatch.from_arrays(columns, schema=WIDE)


def _part(network: Network, since: date, days: int, seed: int, faults: Injections) -> Pilot:
    return Pilot(dress(network, days, seed, faults, first_weekday=since.weekday()), since)


def _day(day: date, parts: list[Pilot], meters: Collected, now: datetime, is_last: bool) -> int:
    """What arrived that day, and its computation early the next morning; why districts are off is said of the last."""
    batches = [batch for part in parts if (batch := part.batch(day)) is not None]
    at = now - timedelta(days=(timezone.localdate(now) - day).days - 1)
    receipt = ingest_readings(batches, SOURCE, SYSTEM, at)
    compute_day(day, meters, measurement_store(), SYSTEM, at, with_findings=is_last)
    return receipt.readings
