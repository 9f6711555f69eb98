"""What the chart island draws of measurements: intervals as they are, gaps as gaps, limits by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.utils import timezone

from wanjia.actions.network.reveal_meter_curve import MeterCurve
from wanjia.model.readings import SLOT_MINUTES, day_bounds, slots_of
from wanjia.queries.network.band_limits import BandLimits
from wanjia.queries.network.losses import Curve, DayPoint, DayRates
from wanjia.texts import say

Chart = dict[str, Any]
TICK_HOURS = 3
LONG_DAYS = 92
"""Longer periods have a mark a month, shorter ones also one each Monday."""
FAR_PERCENT = 30
"""Loss rates beyond are marked at the edge of a chart: a dead meter's -1,700 % would hide every other day."""
HEAVY, OVERLOAD = 0.8, 1.0
"""Shares of the capacity that are called heavy load and overload when they last (8 points of 15 minutes)."""


@dataclass(frozen=True)
class SlotRow:
    """One hour of a day's table: kWh; None where a reading of the hour is missing."""

    time: str
    supplied: float | None
    generated: float | None
    used: float | None
    lost: float | None


@dataclass(frozen=True)
class MeterRow:
    """One interval of a meter: its end, the time in words, kWh (None: no reading), whether it came in as estimated."""

    ends_at: datetime
    time: str
    kwh: float | None
    is_estimated: bool


@dataclass(frozen=True)
class Peak:
    """The highest point of a day's load: kW, the end of its interval, the share of the capacity."""

    kw: float
    at: datetime
    share: float


def day_chart(curve: Curve, language: str) -> Chart:
    """Energy in, out and lost by quarter of an hour."""
    generated = any(curve.generated_kwh)
    series = [
        _series("losses.supplied", language, curve.supplied_kwh, "brand"),
        *([_series("losses.generated", language, curve.generated_kwh, "restored", "dotted")] if generated else []),
        _series("losses.used", language, curve.used_kwh, "dark", "dashed"),
        _series("losses.lost", language, curve.lost_kwh, "due", "solid", fill=True),
    ]
    missing = [one is None or other is None for one, other in zip(curve.supplied_kwh, curve.used_kwh, strict=True)]
    return {
        "kind": "curve", "unit": "kWh", "edges": _edges(curve.ends_at), "ticks": _hour_ticks(curve.ends_at),
        "series": series,
        "gaps": {"name": say("losses.no_reading", language), "spans": spans(missing)},
        "description": say("losses.curve_description", language, missing=sum(missing)),
    }  # fmt: skip


def load_chart(curve: Curve, capacity_kva: int, language: str) -> Chart:
    """Mean active power through the transformer by quarter of an hour, against its capacity."""
    values = [None if one is None else one * 60 / SLOT_MINUTES for one in curve.supplied_kwh]
    return {
        "kind": "curve", "unit": "kW", "edges": _edges(curve.ends_at), "ticks": _hour_ticks(curve.ends_at),
        "series": [_series("losses.load", language, values, "brand")],
        "gaps": {"name": say("losses.no_reading", language), "spans": spans([one is None for one in values])},
        "bands": [
            {"name": say("losses.heavy", language), "from": HEAVY * capacity_kva, "tone": "due"},
            {"name": say("losses.overload", language), "from": OVERLOAD * capacity_kva, "tone": "overdue"},
        ],
        "description": say("losses.load_description", language, capacity=capacity_kva),
    }  # fmt: skip


def meter_chart(rows: Sequence[MeterRow], language: str) -> Chart:
    """One meter's readings of a day; estimated ones are a line of their own."""
    series = [_series("losses.measured", language, [None if row.is_estimated else row.kwh for row in rows], "brand")]
    if any(row.is_estimated for row in rows):
        guessed = [row.kwh if row.is_estimated else None for row in rows]
        series.append(_series("losses.estimated", language, guessed, "due", "dotted"))
    ends, missing = [row.ends_at for row in rows], [row.kwh is None for row in rows]
    return {
        "kind": "curve", "unit": "kWh", "edges": _edges(ends), "ticks": _hour_ticks(ends), "series": series,
        "gaps": {"name": say("losses.no_reading", language), "spans": spans(missing)},
        "description": say("losses.meter_description", language, missing=sum(missing)),
    }  # fmt: skip


def year_chart(points: Sequence[DayPoint], limits: BandLimits, language: str) -> Chart:
    """The rate of each day, with the limits of the bands; days without a rate are gaps."""
    days = _all_days([one.day for one in points])
    rates = {one.day: one.loss_rate for one in points}
    values = [None if rates.get(day) is None else round(100 * (rates[day] or 0), 2) for day in days]
    is_long = len(days) > LONG_DAYS
    edges = [f"{day:%Y-%m-%d}" if is_long else f"{day:%m-%d}" for day in (*days, days[-1] + timedelta(days=1))]
    return {
        "kind": "curve", "unit": "%", "window": [-FAR_PERCENT, FAR_PERCENT], "edges": edges,
        "ticks": [at for at, day in enumerate(days) if day.day == 1 or (not is_long and day.weekday() == 0)],
        "series": [{"name": say("losses.rate", language), "values": values, "tone": "brand"}],
        "gaps": {"name": say("losses.no_rate", language), "spans": spans([one is None for one in values])},
        "bands": _bands(limits, language),
        "description": say("losses.year_description", language, days=len(days), missing=values.count(None)),
    }  # fmt: skip


def month_chart(month: Sequence[DayRates], language: str) -> Chart | None:
    """Compliance and collection of each day of a month; one day alone is no curve."""
    if len(month) < 2:
        return None
    days = _all_days([one.day for one in month])
    by_day = {one.day: one.rates for one in month}
    shares = [
        (name, tone, dash, [getattr(by_day.get(day), name, None) for day in days])
        for name, tone, dash in (("compliance", "brand", "solid"), ("collection", "dark", "dashed"))
    ]
    return {
        "kind": "curve", "unit": "%", "zero": False,
        "edges": [f"{day.month}-{day.day}" for day in (*days, days[-1] + timedelta(days=1))],
        "ticks": list(range(0, len(days) + 1, max(1, len(days) // 6))),
        "series": [
            {"name": say(f"losses.{name}", language), "tone": tone, "dash": dash,
             "values": [None if one is None else round(100 * one, 3) for one in values]}
            for name, tone, dash, values in shares
        ],
        "gaps": {
            "name": say("losses.not_computed_day", language), "spans": spans([day not in by_day for day in days])
        },
        "description": say("losses.month_description", language),
    }  # fmt: skip


def hours(curve: Curve) -> list[SlotRow]:
    """The same day as a table by the hour: what is told of an hour with a missing reading is that it is missing."""
    per_hour = 60 // SLOT_MINUTES
    columns = (curve.supplied_kwh, curve.generated_kwh, curve.used_kwh, curve.lost_kwh)
    edges = _edges(curve.ends_at)
    starts = range(0, len(curve.ends_at), per_hour)
    times = [f"{edges[at]}–{edges[min(at + per_hour, len(edges) - 1)]}" for at in starts]
    return [
        SlotRow(time, *(_sum(one[at : at + per_hour]) for one in columns))
        for at, time in zip(starts, times, strict=True)
    ]


def far_days(points: Sequence[DayPoint]) -> int:
    """Days that the year's chart cannot show in full."""
    return sum(one.loss_rate is not None and abs(one.loss_rate) > FAR_PERCENT / 100 for one in points)


def gap_times(chart: Chart) -> list[tuple[str, str]]:
    """Begin and end of each gap of a chart, in words of its axis."""
    return [(chart["edges"][first], chart["edges"][last + 1]) for first, last in chart["gaps"]["spans"]]


def meter_rows(curve: MeterCurve, day: date, zone: str) -> list[MeterRow]:
    """Every interval of the day, also those for which no reading came."""
    begin, step = day_bounds(day, zone)[0], timedelta(minutes=SLOT_MINUTES)
    ends = [begin + step * (slot + 1) for slot in range(slots_of(day, zone))]
    known = {at: (kwh, guess) for at, kwh, guess in zip(curve.ends_at, curve.energy_kwh, curve.estimated, strict=True)}
    times = [f"{first}–{last}" for first, last in pairwise(_edges(ends))]
    return [MeterRow(at, time, *known.get(at, (None, False))) for at, time in zip(ends, times, strict=True)]


def load_peak(curve: Curve, capacity_kva: int) -> Peak | None:
    """The greatest mean power of a quarter of an hour; None without a reading."""
    known = [(one, end) for one, end in zip(curve.supplied_kwh, curve.ends_at, strict=True) if one is not None]
    if not known or not capacity_kva:
        return None
    energy, end = max(known)
    kw = energy * 60 / SLOT_MINUTES
    return Peak(kw, end, kw / capacity_kva)


def spans(missing: Sequence[bool]) -> list[list[int]]:
    """[first, last] of each run of missing intervals."""
    found: list[list[int]] = []
    for at, is_missing in enumerate(missing):
        if is_missing and found and found[-1][1] == at - 1:
            found[-1][1] = at
        elif is_missing:
            found.append([at, at])
    return found


def _sum(values: Sequence[float | None]) -> float | None:
    known = [one for one in values if one is not None]
    return sum(known) if len(known) == len(values) else None


def _edges(ends_at: Sequence[datetime]) -> list[str]:
    first = ends_at[0] - timedelta(minutes=SLOT_MINUTES)
    times = [f"{timezone.localtime(at):%H:%M}" for at in (first, *ends_at)]
    return [*times[:-1], "24:00" if times[-1] == "00:00" else times[-1]]


def _hour_ticks(ends_at: Sequence[datetime]) -> list[int]:
    return list(range(0, len(ends_at) + 1, TICK_HOURS * 60 // SLOT_MINUTES))


def _series(
    key: str, language: str, values: Sequence[float | None], tone: str, dash: str = "solid", fill: bool = False
) -> Chart:  # fmt: skip
    shown = [None if one is None else round(one, 3) for one in values]
    return {"name": say(key, language), "values": shown, "tone": tone, "dash": dash, "fill": fill}


def _bands(limits: BandLimits, language: str) -> list[Chart]:
    shown = (("high", "from", limits.high_least, "overdue"), ("economic", "to", limits.economic_most, "ok"),
             ("negative", "to", limits.negative_most, "due"))  # fmt: skip
    return [
        {"name": say(f"losses.limit.{name}", language), end: round(100 * value, 2), "tone": tone}
        for name, end, value, tone in shown
    ]


def _all_days(known: Sequence[date]) -> list[date]:
    first, last = min(known), max(known)
    return [first + timedelta(days=at) for at in range((last - first).days + 1)]
