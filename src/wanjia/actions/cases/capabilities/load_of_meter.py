"""What load does a customer's meter show? Only with recorded consent, and as hours, never as readings."""

from datetime import date, datetime

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wanjia.kernels.balance.advice.shapes import Load, load_of
from wanjia.kernels.balance.readings.curves import Curves, timeline
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts, Json
from wanjia.model.readings import SLOT_MINUTES
from wanjia.practice.load_rows import load_rows
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.models import Case
from wanjia.series.opening import measurement_store

DAYS_MAX = 400
COVERAGE_LEAST = 0.5
"""Share of the readings below which a load says nothing."""
METER_DIGITS = 12
"""Digits of a meter's address (DL/T 645); people leave leading zeros out."""


def load_of_meter(inputs: Facts, case: Case, now: datetime) -> Facts:
    """The load of the days from `first_on` to `last_on`; refused without consent, and where there are no readings."""
    if inputs.get("consent") is not True or _day(inputs.get("consent_until")) < work_calendar().day_of(now):
        raise Refused([Fault("no_consent", Where())])
    first, last = _day(inputs.get("first_on")), _day(inputs.get("last_on"))
    if not 0 <= (last - first).days < DAYS_MAX:
        raise Refused([Fault("unavailable", Where())])
    curves = _curves(str(inputs.get("meter_id")), first, last)
    held = ~np.isnan(curves.values[0])
    load = load_of(curves) if held.mean() >= COVERAGE_LEAST else None
    if load is None:
        raise Refused([Fault("no_readings", Where())])
    return _told(load, curves, held)


def _told(load: Load, curves: Curves, held: NDArray[np.bool_]) -> Facts:
    return {
        "load_hours": load_rows(load),
        "maximum_kw": round(load.maximum_kw, 3),
        "days_read": len(np.unique(curves.line.day[held])),
        "coverage_percent": round(100 * float(held.mean()), 1),
    }


def _curves(meter_id: str, first: date, last: date) -> Curves:
    """The meter's readings in columns, NaN where there are none."""
    try:
        store = measurement_store()
    except LookupError as error:
        raise Refused([Fault("unavailable", Where())]) from error
    names = list(dict.fromkeys((meter_id, meter_id.zfill(METER_DIGITS))))
    table = store.meter_readings(names, first, last)
    line = timeline(first, (last - first).days + 1, store.zone)
    values = np.full((1, len(line.day)), np.nan)
    at = table["read_at"].cast(pa.timestamp("ms", "UTC")).cast(pa.int64()).to_numpy()
    begin = round(line.starts_at.timestamp() * 1000)
    column = -((begin - at) // (SLOT_MINUTES * 60_000)) - 1
    inside = (column >= 0) & (column < values.shape[1])
    values[0, column[inside]] = table["energy_kwh"].to_numpy()[inside]
    return Curves(values, line)


def _day(value: Json) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise Refused([Fault("unavailable", Where())]) from error
