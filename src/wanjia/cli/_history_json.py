"""The audit as one plain object, for `--json`."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from wanjia.kernels.history.audit import Audit, Department
from wanjia.kernels.history.lateness import Run, Verdict
from wanjia.kernels.history.ordering import Pair
from wanjia.kernels.history.rework import Rework
from wanjia.kernels.history.spread import Spread
from wanjia.kernels.history.timing import Place
from wanjia.kernels.history.whatif import Comparison

DAYS_DIGITS = 6
"""A millionth of a day is a tenth of a second; logs are not finer than that in truth."""


def as_plain(
    found: Audit, assumptions: Sequence[Sequence[str]], practice: Any, notices: Sequence[str]
) -> dict[str, Any]:
    """Everything the audit says; `assumptions` holds the sentences for each comparison, in order."""
    plain = {
        "cases": found.cases,
        "events": found.events,
        "ended": found.ended,
        "late": found.late,
        "open_overdue": found.open_overdue,
        "first_at": found.first_at.isoformat(),
        "as_of": found.as_of.isoformat(),
        "steps": found.steps,
        "steps_with_start": found.starts,
        "working_separable": found.starts > 0,
        "phases": asdict(found.phases),
        "activities": [_place(place) for place in found.activities],
        "groups": [_place(place) for place in found.groups],
        "departments": [_department(row) for row in found.departments],
        "rework": _rework(found.rework),
        "deadline": verdict(found.deadline),
        "parallel": _parallel(found, assumptions),
        "clocks": [verdict(row) for row in found.clocks],
        "practice": practice,
        "notices": list(notices),
    }
    rounded: dict[str, Any] = _rounded(plain)
    return rounded


def verdict(row: Verdict) -> dict[str, Any]:
    """One clock with every case that broke it."""
    return {
        "clock": row.clock_id,
        "limit": row.limit,
        "ran": row.ran,
        "ended": row.ended,
        "late": row.late,
        "open_overdue": row.open_overdue,
        "not_run": row.not_run,
        "days_late": asdict(row.days_late),
        "broken": [_run(run) for run in row.broken],
    }


def _run(run: Run) -> dict[str, Any]:
    return {
        "case": run.case_id,
        "started_at": run.started_at.isoformat(),
        "due_at": run.due_at.isoformat(),
        "ended_at": run.ended_at.isoformat() if run.ended_at else None,
        "days_late": run.late_days,
    }


def _place(place: Place) -> dict[str, Any]:
    times = _times(place.spread)
    return {
        "name": place.name,
        "steps": place.steps,
        "cases": place.cases,
        **times,
        "share": place.share,
        "waiting_days": place.waiting_days,
        "working_days": place.working_days,
        "returned_days": place.returned_days,
    }


def _times(spread: Spread) -> dict[str, Any]:
    return {
        "n": spread.n,
        "mean_days": spread.mean_days,
        "median_days": spread.median_days,
        "p90_days": spread.p90_days,
        "total_days": spread.total_days,
    }


def _department(row: Department) -> dict[str, Any]:
    ends = {"ended": row.ended, "late": row.late, "open_overdue": row.open_overdue, "case_days": asdict(row.whole)}
    return _place(row.place) | ends


def _rework(rework: Rework) -> dict[str, Any]:
    plain = asdict(rework)
    plain["returns"] = [
        {"from": row.came_from, "to": row.back_to, "times": row.times, "loop_days": asdict(row.loop_days)}
        for row in rework.returns
    ]
    return plain


def _parallel(found: Audit, assumptions: Sequence[Sequence[str]]) -> dict[str, Any]:
    """The first comparison at the top level, further ones as alternatives; the hint always."""
    compared = [_comparison(row, told) for row, told in zip(found.comparisons, assumptions, strict=True)]
    first = compared[0] if compared else {"source": None, "cases_compared": 0, "assumptions": []}
    return first | {"alternatives": compared[1:], "either_order": list(_pairs(found.either_order))}


def _comparison(row: Comparison, assumptions: Sequence[str]) -> dict[str, Any]:
    plain = asdict(row)
    del plain["plan"]
    plain["cases"] = [
        {"case": case.case_id} | {key: value for key, value in asdict(case).items() if key != "case_id"}
        for case in row.cases
    ]
    totals = {"saved_days": row.saved_days, "saved_best_days": row.saved_best_days}
    head = {"source": "proposed" if row.plan.proposed else "map", "name": row.plan.name}
    return head | plain | totals | {"assumptions": list(assumptions)}


def _pairs(pairs: Iterable[Pair]) -> Iterable[dict[str, Any]]:
    for pair in pairs:
        yield asdict(pair) | {"either_order_share": pair.either_order_share}


def _rounded(value: Any) -> Any:
    """The same with floats cut to what is meant."""
    if isinstance(value, float):
        return round(value, DAYS_DIGITS)
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value
