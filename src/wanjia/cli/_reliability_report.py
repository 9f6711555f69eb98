"""What `wanjia reliability` prints: the object of the formats page, and what was asked for beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from wanjia.kernels.reliability.comparison import year_on_year
from wanjia.kernels.reliability.dlt836 import Dlt836, dlt836
from wanjia.kernels.reliability.indices import Indices, by_label, indices, per_place
from wanjia.kernels.reliability.major_events import (
    Threshold,
    daily_saidi,
    major_event_days,
    outside,
    thresholds,
)
from wanjia.kernels.reliability.nouns import Interruptions, Period, Served
from wanjia.model.network import Flags

FIGURES = ("saifi", "saidi_minutes", "caidi_minutes", "ctaidi_minutes", "caifi", "asai", "maifi", "maifie", "asifi",
           "asidi_minutes")  # fmt: skip
TIMES = ("month", "quarter", "year")
"""Groups by time that need no column."""


@dataclass(frozen=True)
class Question:
    """The options of the command that shape the answer."""

    users: str
    served: Served
    period: Period
    momentary_minutes: float
    groups: Sequence[str] = ()
    compared: Sequence[str] = ()
    cemi: Sequence[int] = ()
    celid_hours: Sequence[float] = ()
    with_rows: bool = False


def report(found: Interruptions, labels: Mapping[str, list[str]], asked: Question) -> dict[str, Any]:
    """The object of `--json`."""
    period, served = asked.period, asked.served
    every = indices(found, served, period, None, asked.momentary_minutes)
    daily = daily_saidi(found, served, period.zone, asked.momentary_minutes)
    limits = thresholds(daily, _years(period))
    known = any(limit is not None for limit in limits.values())
    major = [day for day in major_event_days(daily, limits) if _in_period(period, day)]
    quiet = outside(found, major, period.zone)
    return {
        **_figures(every),
        "customers": served.users,
        "interruptions": every.interruptions,
        "major_event_days": [day.isoformat() for day in major] if known else None,
        "without_major_events": _without(found, asked, quiet) if known else dict.fromkeys((*FIGURES, "interruptions")),
        "users": asked.users,
        "from": period.starts_at.isoformat(),
        "to": period.ends_at.isoformat(),
        "momentary_minutes": asked.momentary_minutes,
        "t_med": {str(year): _limit(limit) for year, limit in limits.items()},
        "rows_outside_period": int((~period.holds(found.starts)).sum()),
        "dlt_836": _dlt836(dlt836(found, served, period, asked.momentary_minutes)),
        **_places(found, every, asked),
        **({"outages": _outages(found, every)} if asked.with_rows else {}),
        **_groups(found, labels, asked),
        **_years_compared(found, labels, asked),
    }


def _in_period(period: Period, day: Any) -> bool:
    """Days of the period's ends count when the period holds a part of them."""
    last = (period.ends_at.astimezone(period.zone)).date()
    return bool(period.starts_at.astimezone(period.zone).date() <= day <= last)


def _years(period: Period) -> list[int]:
    first = period.starts_at.astimezone(period.zone).year
    last = period.ends_at.astimezone(period.zone)
    # A period that ends at New Year's midnight holds nothing of that year.
    ends_before = (last.month, last.day, last.hour, last.minute, last.second, last.microsecond) == (1, 1, 0, 0, 0, 0)
    return list(range(first, last.year + (0 if ends_before else 1)))


def _figures(found: Indices) -> dict[str, float | None]:
    return {name: getattr(found, name) for name in FIGURES}


def _without(found: Interruptions, asked: Question, quiet: Flags) -> dict[str, Any]:
    served = Served(asked.served.users, asked.served.load_kva)
    if bool(quiet.all()):
        served = asked.served
    rest = indices(found, served, asked.period, quiet, asked.momentary_minutes)
    return {**_figures(rest), "interruptions": rest.interruptions}


def _limit(limit: Threshold | None) -> dict[str, Any] | None:
    if limit is None:
        return None
    return {
        "alpha": limit.alpha,
        "beta": limit.beta,
        "t_med_minutes": limit.t_med_minutes,
        "days": limit.days,
        "years": list(limit.years),
    }


def _dlt836(found: Dlt836) -> dict[str, Any]:
    parts = {
        "1": found.all_1,
        "2": found.without_external_2,
        "3": found.without_shortage_3,
        "fault": found.fault,
        "planned": found.planned,
    }
    return {name: None if one is None else _reliability(one) for name, one in parts.items()}


def _reliability(found: Indices) -> dict[str, Any]:
    return {
        "reliability": found.asai,
        "saidi_minutes": found.saidi_minutes,
        "saifi": found.saifi,
        "user_hours": Dlt836.user_hours(found),
        "interruptions": found.interruptions,
    }


def _places(found: Interruptions, every: Indices, asked: Question) -> dict[str, Any]:
    """CEMI and CELID; null where the table does not tell them."""
    hit = per_place(found, every.sustained)
    total = asked.served.users
    return {
        "cemi": {str(n): hit.cemi(n, total) if hit else None for n in asked.cemi},
        "celid_total": {f"{h:g}": hit.celid_total(h, total) if hit else None for h in asked.celid_hours},
        "celid_single": {f"{h:g}": hit.celid_single(h, total) if hit else None for h in asked.celid_hours},
    }


def _outages(found: Interruptions, one: Indices) -> dict[str, list[str]]:
    """The ids behind the figures, each once."""
    return {
        "sustained": list(dict.fromkeys(found.ids[one.sustained].tolist())),
        "momentary": list(dict.fromkeys(found.ids[one.short].tolist())),
    }


def _groups(found: Interruptions, labels: Mapping[str, list[str]], asked: Question) -> dict[str, Any]:
    if not asked.groups:
        return {}
    base = Served(asked.served.users, asked.served.load_kva)
    result = {}
    for name in asked.groups:
        mine = _labels(found, labels, name, asked.period)
        parts = by_label(found, base, asked.period, mine, None, None, asked.momentary_minutes)
        shown = {label: one for label, one in parts.items() if len(one.sustained) or len(one.short)}
        result[name] = {label: _group(found, one) for label, one in shown.items()}
    return {"by": result}


def _group(found: Interruptions, one: Indices) -> dict[str, Any]:
    return {**_figures(one), "interruptions": one.interruptions, "outages": _outages(found, one)}


def _labels(found: Interruptions, labels: Mapping[str, list[str]], name: str, period: Period) -> list[str]:
    if name not in TIMES:
        return labels[name]
    days = found.days(period.zone)
    if name == "quarter":
        return [f"{day.year}-Q{(day.month + 2) // 3}" for day in days]
    return [day.strftime("%Y-%m" if name == "month" else "%Y") for day in days]


def _years_compared(found: Interruptions, labels: Mapping[str, list[str]], asked: Question) -> dict[str, Any]:
    """Sustained faults of the whole table, not of the period alone: planned work is no fault."""
    if not asked.compared:
        return {}
    faults = found.sustained(asked.momentary_minutes)
    if found.planned is not None:
        faults &= ~found.planned
    return {
        "year_on_year": {
            name: [
                {
                    "label": one.label,
                    "year": one.year,
                    "interruptions": one.interruptions,
                    "user_interruptions": one.user_interruptions,
                    "user_hours": one.user_minutes / 60,
                    "change": one.change,
                    "outages": list(dict.fromkeys(found.ids[one.rows].tolist())),
                }
                for one in year_on_year(found, labels[name], asked.period.zone, np.asarray(faults))
            ]
            for name in asked.compared
        }
    }
