"""A district over time, from the kept results: the curve of a day, the year day by day, the meters with findings."""

import json
from datetime import date, timedelta

import numpy as np

from wanjia.model.readings import SLOT_MINUTES, day_bounds
from wanjia.queries.network.loss_rows import results
from wanjia.queries.network.losses import Curve, DayPoint, MeterFinding
from wanjia.series.opening import measurement_store

YEAR = timedelta(days=365)
METER_DIGITS_SHOWN = 4
KWH_DECIMALS = 6
"""Differences of sums are cut where binary fractions begin to show."""


def curve_of(code: str, day: date) -> Curve | None:
    """What went in and out by slots; None where the day was not computed for the district."""
    store = measurement_store()
    rows = store.curves(day, [code]).to_pylist()
    if not rows:
        return None
    begin = day_bounds(day, store.zone)[0]
    supplied, generated, used = (rows[0][name] for name in ("supplied_kwh", "generated_kwh", "used_kwh"))
    ends = tuple(begin + timedelta(minutes=SLOT_MINUTES * (slot + 1)) for slot in range(len(supplied)))
    lost = tuple(_lost(*values) for values in zip(supplied, generated, used, strict=True))
    return Curve(ends, tuple(supplied), tuple(generated), tuple(used), lost)


def year_of(code: str, last: date) -> tuple[DayPoint, ...]:
    """The computed days of the year that ends with the day, oldest first."""
    table = results(last - YEAR, last, [code])
    columns = ["day", "energy_in_kwh", "loss_kwh", "loss_rate", "band", "coverage"]
    return tuple(DayPoint(*row.values()) for row in table.select(columns).to_pylist())


def meter_findings(text: str) -> tuple[MeterFinding, ...]:
    """What was found, the likeliest cause first; meters' numbers are masked."""
    return tuple(
        MeterFinding(one["meter"], _masked(one["meter"]), one["role"], one["code"], one["values"], one["points"])
        for one in json.loads(text)
    )


def _masked(meter: str) -> str:
    if not meter:
        return ""
    return "****" + meter[-METER_DIGITS_SHOWN:] if len(meter) > METER_DIGITS_SHOWN else "****"


def _lost(supplied: float | None, generated: float | None, used: float | None) -> float | None:
    if supplied is None or used is None:
        return None
    return float(np.round(supplied + (generated or 0.0) - used, KWH_DECIMALS))
