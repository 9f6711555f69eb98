"""Why districts are off: their meters and those around them over some weeks, held against what is missing or too much.

What comes out are leads with their figures, the likeliest first in each district; no reading is changed by them.
"""

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wanjia.actions.network.collected import Collected, part_of
from wanjia.kernels.balance.bands import BANDS
from wanjia.kernels.balance.hourly import HOURS, MASTER, Hourly, Part, gather, losses_of
from wanjia.kernels.balance.leads import Lead, find_leads
from wanjia.kernels.balance.losses import DistrictDay
from wanjia.kernels.balance.pairing import Move, find_moves, near_districts
from wanjia.kernels.balance.residuals import VALID_DAYS_MIN
from wanjia.model.jsonvalue import Facts
from wanjia.model.network import METER_ROLES, Network
from wanjia.series.port import MeasurementStore

DAYS_BACK = 28
"""Days looked at: in four weeks a household's habits show, and a theft of last week still stands out."""
DISTRICTS_MAX = 400
"""Districts looked at in one run, with all their neighbours on the feeder: some 90,000 meters, 250 MB of hours."""
ECONOMIC = BANDS.index("economic")
OFF = tuple(BANDS.index(band) for band in ("high", "negative"))
GAIN_SCALE = 25.0
"""Nats at which a lead has two thirds of all points."""
CERTAIN = 99.0
Findings = dict[int, list[Facts]]
"""By position of the district: `code`, `meter`, `role`, `points` (0-100) and `values` of each finding."""
Tell = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Looked:
    """The part of the network that is looked at, its hours, and the first of the days."""

    network: Network
    hours: Hourly
    first: date


def diagnose(day: date, meters: Collected, found: DistrictDay, store: MeasurementStore, tell: Tell) -> Findings:
    """Findings of the districts that are high or negative on the day, and of those their meters point at."""
    network = _around(meters.network, np.flatnonzero(np.isin(found.band, OFF)))
    days = [one.day for one in store.days() if one.revision and day - timedelta(days=DAYS_BACK) < one.day <= day]
    if not len(network.districts.ids) or not days:
        return {}
    looked = _looked(network, days, store, tell)
    closed = {meters.ids[at] for at in np.flatnonzero(found.band == ECONOMIC).tolist()}
    rows = [*_dead_masters(looked), *_wrong(looked, len(days), closed)]
    return _by_district(rows, network, meters.ids)


def _around(network: Network, off: np.ndarray) -> Network:
    """The feeders on which a district is off, the first DISTRICTS_MAX districts of them."""
    feeders = set(network.districts.feeder[off].tolist())
    codes = [
        code for code, feeder in zip(network.districts.ids, network.districts.feeder, strict=True) if feeder in feeders
    ]
    named = {network.districts.ids[at] for at in off.tolist()[:DISTRICTS_MAX]}
    rest = [code for code in codes if code not in named][: DISTRICTS_MAX - len(named)]
    return part_of(network, named | set(rest))


def _looked(network: Network, days: Sequence[date], store: MeasurementStore, tell: Tell) -> Looked:
    ids = pa.array(network.meters.ids, pa.string())
    hours = gather(
        network.meters.district, network.meters.role, len(network.districts.ids), len(days),
        _parts(network, ids, days, store, tell),
    )  # fmt: skip
    return Looked(network, hours, days[0])


def _parts(
    network: Network, ids: pa.Array, days: Sequence[date], store: MeasurementStore, tell: Tell
) -> Iterator[Part]:
    districts = network.districts.ids.tolist()
    for number, day in enumerate(days):
        for names, block in store.named_blocks(day, districts):
            rows = pc.fill_null(pc.index_in(names.cast(pa.string()), value_set=ids), -1)
            known = rows.to_numpy(zero_copy_only=False)
            if (known >= 0).all():
                yield Part(number, known.astype(np.int32), block)
        tell(number + 1, len(days))


def _dead_masters(looked: Looked) -> Iterator[tuple[int, Facts]]:
    """Masters that counted nothing on the last day while customers of their district used energy."""
    last = looked.hours.kwh[:, -HOURS:]
    for row in np.flatnonzero(looked.hours.role == MASTER).tolist():
        district = int(looked.hours.district[row])
        mine = slice(int(looked.hours.first[district]), int(looked.hours.first[district + 1]))
        used = float(np.nansum(last[mine][looked.hours.role[mine] == METER_ROLES.index("customer")]))
        if used > 0 and not np.isnan(last[row]).any() and not last[row].any():
            yield district, _finding(looked, row, "master_dead", CERTAIN, {"used_kwh": round(used, 1)})


def _wrong(looked: Looked, days: int, closed: Collection[str]) -> Iterator[tuple[int, Facts]]:
    """Meters on the wrong district, and leads of abnormal use; no lead where the balance closes anyway."""
    if days < VALID_DAYS_MIN:
        return
    losses = losses_of(looked.hours, looked.network.meters.phase)
    moves, righted = find_moves(looked.hours, losses, near_districts(looked.network.districts))
    for move in moves:
        values = _values_of_move(looked, move)
        for district in (move.booked, move.fed_by):
            if district is not None:
                yield district, _finding(looked, move.meter, "wrong_district", _points(move.gain), values)
    for lead in find_leads(looked.hours, righted, moves):
        if looked.network.districts.ids[lead.district] in closed:
            continue
        values = _values_of_lead(looked, lead)
        yield lead.district, _finding(looked, lead.meter, "abnormal_use", _points(lead.gain), values)


def _values_of_move(looked: Looked, move: Move) -> Facts:
    table = looked.network.districts
    elsewhere = "" if move.fed_by is None else str(table.ids[move.fed_by])
    return {
        "booked": str(table.ids[move.booked]), "fed_by": elsewhere, "booked_name": str(table.name[move.booked]),
        "fed_by_name": "" if move.fed_by is None else str(table.name[move.fed_by]),
        "energy_kwh_a_day": round(move.kwh_a_day, 2), "gain": round(move.gain, 1),
    }  # fmt: skip


def _values_of_lead(looked: Looked, lead: Lead) -> Facts:
    before = None if math.isnan(lead.use_before) else round(lead.use_before, 2)
    since = looked.first + timedelta(days=lead.from_day)
    return {
        "kind": lead.kind, "since": since.isoformat(), "loss_kwh_a_day": round(lead.loss_kwh_a_day, 2),
        "use_before_kwh_a_day": before, "use_after_kwh_a_day": round(lead.use_after, 2),
        "neighbours_percent": round(100 * lead.neighbours, 1), "gain": round(lead.gain, 1),
    }  # fmt: skip


def _finding(looked: Looked, row: int, code: str, points: float, values: Facts) -> Facts:
    meters = looked.network.meters
    return {
        "code": code, "meter": str(meters.ids[row]), "role": METER_ROLES[meters.role[row]], "points": points,
        "values": values,
    }  # fmt: skip


def _points(gain: float) -> float:
    """0-100; only the order and the rough size mean something."""
    return round(100 * (1 - math.exp(-max(gain, 0.0) / GAIN_SCALE)), 1)


def _by_district(rows: Sequence[tuple[int, Facts]], network: Network, ids: Sequence[str]) -> Findings:
    position: Mapping[str, int] = {code: at for at, code in enumerate(ids)}
    found: Findings = {}
    for district, finding in rows:
        found.setdefault(position[str(network.districts.ids[district])], []).append(finding)
    return {at: sorted(some, key=_heaviest_first) for at, some in found.items()}


def _heaviest_first(finding: Facts) -> tuple[float, str]:
    points = finding["points"]
    return -float(points) if isinstance(points, int | float) else 0.0, str(finding["meter"])
