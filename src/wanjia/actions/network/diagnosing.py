"""Why districts are off: their meters and those around them over some weeks, held against what is missing or too much.

What comes out are leads with their figures, the likeliest first in each district; no reading is changed by them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wanjia.actions.network.collected import Collected, part_of
from wanjia.kernels.balance.day.bands import BANDS
from wanjia.kernels.balance.day.loading import loading_of
from wanjia.kernels.balance.day.losses import DistrictDay
from wanjia.kernels.balance.diagnosis.causes import Cause
from wanjia.kernels.balance.diagnosis.hourly import Part, gather
from wanjia.kernels.balance.diagnosis.residuals import VALID_DAYS_MIN
from wanjia.kernels.balance.diagnosis.whole import diagnose as diagnosis_of
from wanjia.model.jsonvalue import Facts
from wanjia.model.network import METER_ROLES, Network
from wanjia.model.readings import SLOT_MINUTES
from wanjia.series.port import MeasurementStore

DAYS_BACK = 28
"""Days looked at: in four weeks a household's habits show, and what changed last week still stands out."""
MOST = 0.9
"""Share of the last day's meters that a day must have."""
DISTRICTS_MAX = 400
"""Districts looked at in one run, with all their neighbours on the feeder: some 90,000 meters, 250 MB of hours."""
OFF = tuple(BANDS.index(band) for band in ("high", "negative", "not_computable"))
ECONOMIC, NOT_COMPUTABLE = BANDS.index("economic"), BANDS.index("not_computable")
SURE_ANYWHERE = frozenset({"meter_swapped", "meter_elsewhere", "meter_from_elsewhere", "master_zero", "master_silent"})
"""What is said of a district whose balance closes, too: two errors may hide each other."""
LEADS_WITHIN = frozenset({"abnormal_use"})
"""What is said of a district in a normal band, but of none that is economic: there is no loss to explain."""
SAID_BY_REASONS = frozenset({"no_hours", "collection"})
"""What the balance itself says better: of a day that is not computable it names the reason."""
POINTS_OVERLOAD, POINTS_HEAVY = 90.0, 70.0
Findings = dict[int, list[Facts]]
"""By position of the district: `code`, `meter` (empty: the district as a whole), `role`, `points` (0-100), `values`."""
Tell = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Looked:
    """The part of the network that is looked at, where its districts stand in the day's balance, and its first day."""

    network: Network
    position: tuple[int, ...]
    first: date


def diagnose(day: date, meters: Collected, found: DistrictDay, store: MeasurementStore, tell: Tell) -> Findings:
    """Findings of the districts that are off on the day, of those their meters point at, and of heavy transformers."""
    findings: Findings = {}
    network = _around(meters.network, found)
    days = _days(day, store)
    if len(network.districts.ids) and len(days) >= VALID_DAYS_MIN:
        at = {code: place for place, code in enumerate(meters.ids)}
        looked = Looked(network, tuple(at[code] for code in network.districts.ids), days[0])
        _add_causes(looked, days, store, found, findings, tell)
    _add_loads(meters, found, findings)
    return findings


def _days(day: date, store: MeasurementStore) -> list[date]:
    """The last weeks up to the day, without those before most of the meters were read."""
    states = [one for one in store.days() if one.revision and day - timedelta(days=DAYS_BACK) < one.day <= day]
    return [one.day for one in states if one.meters >= MOST * states[-1].meters]


def _around(network: Network, found: DistrictDay) -> Network:
    """The feeders on which a district is off, the first DISTRICTS_MAX districts of them, those that are off first."""
    off = [at for band in OFF for at in np.flatnonzero(found.band == band).tolist()]
    ids, feeder = network.districts.ids, network.districts.feeder
    named = {ids[at] for at in off[:DISTRICTS_MAX]}
    feeders = {feeder[at] for at in off[:DISTRICTS_MAX]}
    rest = [code for code, line in zip(ids, feeder, strict=True) if line in feeders and code not in named]
    return part_of(network, named | set(rest[: DISTRICTS_MAX - len(named)]))


def _add_causes(
    looked: Looked, days: Sequence[date], store: MeasurementStore, found: DistrictDay, findings: Findings, tell: Tell
) -> None:
    network = looked.network
    hours = gather(
        network.meters.district, network.meters.role, len(network.districts.ids), len(days),
        _parts(network, days, store, tell),
    )  # fmt: skip
    for at, causes in enumerate(diagnosis_of(hours, network.meters.phase, network.districts).causes):
        place = looked.position[at]
        said = [_finding(looked, cause) for cause in causes if _is_said(cause, int(found.band[place]))]
        if said:
            findings[place] = said


def _parts(network: Network, days: Sequence[date], store: MeasurementStore, tell: Tell) -> Iterator[Part]:
    """The days' readings of the looked-at meters; a meter that hung elsewhere then is left out of that day."""
    districts, ids = network.districts.ids.tolist(), pa.array(network.meters.ids, pa.string())
    for number, day in enumerate(days):
        for names, block in store.named_blocks(day, districts):
            rows = pc.fill_null(pc.index_in(names.cast(pa.string()), value_set=ids), -1)
            known = rows.to_numpy(zero_copy_only=False).astype(np.int32)
            kept = np.flatnonzero(known >= 0)
            if len(kept) < len(known):
                block = type(block)(block.values[kept], block.unit_kwh[kept], block.district[kept], block.role[kept])
            yield Part(number, known[kept], block)
        tell(number + 1, len(days))


def _is_said(cause: Cause, band: int) -> bool:
    if cause.code in SAID_BY_REASONS and band == NOT_COMPUTABLE:
        return False
    if band in OFF or cause.code in SURE_ANYWHERE:
        return True
    return cause.code in LEADS_WITHIN and band != ECONOMIC


def _finding(looked: Looked, cause: Cause) -> Facts:
    meters = looked.network.meters
    meter = "" if cause.meter is None else str(meters.ids[cause.meter])
    role = "" if cause.meter is None else METER_ROLES[meters.role[cause.meter]]
    return {
        "code": cause.code, "action": cause.action, "meter": meter, "role": role,
        "points": round(100 * cause.sure, 1), "values": _values(looked, cause),
    }  # fmt: skip


def _values(looked: Looked, cause: Cause) -> Facts:
    """Figures for the sentence; positions become ids and days."""
    values: Facts = {name: round(float(value), 3) for name, value in cause.values.items() if name not in _POSITIONS}
    values["kwh_a_day"] = round(abs(cause.kwh_a_day), 2)
    if "share" in cause.values:
        values["share_percent"] = round(100 * float(cause.values["share"]), 1)
    if "day" in cause.values:
        values["since"] = (looked.first + timedelta(days=int(cause.values["day"]))).isoformat()
    if cause.code.startswith("meter_"):
        values |= _places(looked, cause)
    return values


_POSITIONS = frozenset({"partner", "day", "share"})


def _places(looked: Looked, cause: Cause) -> Facts:
    """Where the books have the meter and where the wires do; in both districts the same."""
    table, meter = looked.network.districts, cause.meter
    here = cause.district
    booked = here if meter is None else int(looked.network.meters.district[meter])
    fed_by = cause.other if booked == here else here
    return {
        "booked": str(table.ids[booked]), "booked_name": str(table.name[booked]),
        "fed_by": "" if fed_by is None else str(table.ids[fed_by]),
        "fed_by_name": "" if fed_by is None else str(table.name[fed_by]),
    }  # fmt: skip


def _add_loads(meters: Collected, found: DistrictDay, findings: Findings) -> None:
    """Transformers at 80 or 100 % of their capacity for eight points on end."""
    through = (found.supplied_kwh - np.nan_to_num(found.generated_kwh)) * (60 / SLOT_MINUTES)
    load = loading_of(through, meters.expected.capacity_kva)
    for place in np.flatnonzero(load.heavy).tolist():
        over = bool(load.overloaded[place])
        points = int(load.overload_points[place] if over else load.heavy_points[place])
        values: Facts = {"load_percent": round(100 * float(load.peak[place]), 1), "hours": points * SLOT_MINUTES / 60}
        findings.setdefault(place, []).append({
            "code": "overload" if over else "heavy_load", "action": "enlarge", "meter": "", "role": "",
            "points": POINTS_OVERLOAD if over else POINTS_HEAVY, "values": values,
        })  # fmt: skip
