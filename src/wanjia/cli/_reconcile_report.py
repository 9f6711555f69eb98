"""What `wanjia reconcile` finds in a case, as one object: the gap and its parts, proposals, when it arises, leads."""

from collections.abc import Mapping
from datetime import timedelta
from fractions import Fraction
from typing import Any

import numpy as np

from wanjia.cli._reconcile_case import Case, Metered, Series, kwh
from wanjia.cli._reconcile_fields import day_text
from wanjia.kernels.balance.submeters.curve import Curves, Suspect, When, suspects, when
from wanjia.kernels.balance.submeters.gap import HUNDREDTHS, Balance, Share, reconcile, whole
from wanjia.kernels.balance.submeters.loss import Wire, curve_loss_kwh, steady_loss_kwh
from wanjia.kernels.balance.submeters.points import hours_in_slots
from wanjia.kernels.balance.submeters.ratios import likely
from wanjia.kernels.balance.submeters.sharing import Proposal, proposals

LEFT_SHARE_MIN = 0.05
"""Of the main meter's energy: a smaller rest is within the meters' classes, and no reason to suspect one of them."""


def meters_report(case: Case) -> dict[str, Any]:
    """The object of `--json` without the solar part."""
    losses = _losses(case)
    given = Fraction(sum(losses.values())).limit_denominator(10**6) if losses else None
    subs, points = [one.meter for one in case.subs], [one.point for one in case.points]
    found = reconcile(case.main.meter, subs, points, case.loss_percent, case.price_yuan, given)
    names = {one.meter.id: one.name for one in case.subs}
    shared = proposals(found, case.parties, case.price_yuan, case.rules)
    begin, end = case.main.meter.read_from, case.main.meter.read_to
    return {
        "from": day_text(begin, case.zone), "to": day_text(end, case.zone),
        "main_kwh": kwh(found.main), "sub_kwh": kwh(found.sub), "gap_kwh": kwh(found.gap),
        "gap_percent": _percent(found.gap, found.main), "gap_yuan": _yuan(found.gap, case.price_yuan),
        "price_yuan": float(case.price_yuan), "price_source": case.price_source,
        "parts": _parts(case, found, losses), "proposals": [_proposal(one, names) for one in shared],
        **_curves_report(case, found, names), "hints": [*_reading_hints(case), *_ratio_hints(found, names)],
    }  # fmt: skip


def curves_by_meter(case: Case | None) -> dict[str, Series]:
    """Sub-meters' curves, their multiplier included."""
    with_series = [one for one in case.subs if one.series] if case else []
    return {one.meter.id: _times(one.series, one.meter.multiplier) for one in with_series if one.series}


def _times(series: Series, ratio: Fraction) -> Series:
    return Series(
        series.begins_at, series.minutes, tuple(None if each is None else each * ratio for each in series.kwh)
    )  # fmt: skip


def _losses(case: Case) -> dict[str, float]:
    """kWh that each wire loses."""
    curves = {one.meter.id: one for one in (case.main, *case.subs)}
    return {wire.id: _loss(wire, curves[meter] if meter else None) for wire, meter in case.wires}


def _loss(wire: Wire, metered: Metered | None) -> float:
    if metered is None or metered.series is None:
        return steady_loss_kwh(wire)
    flows = [max(0.0, float((each or 0) * metered.meter.multiplier)) for each in metered.series.kwh]
    return curve_loss_kwh(wire, flows, metered.series.minutes)


def _parts(case: Case, found: Balance, losses: Mapping[str, float]) -> list[dict[str, Any]]:
    """What explains the gap, in the order in which it is taken off."""
    timing = [(share.meter, share.timing) for share in found.shares if share.timing]
    names = {one.meter.id: one.name for one in case.subs} | {one.point.id: one.name for one in case.points}
    points = [
        {"id": one.point.id, "name": one.name, "kwh": kwh(found.by_point[one.point.id]),
         "possible_kwh": kwh(one.point.used), "hours": float(one.point.hours)}
        for one in case.points
    ]  # fmt: skip
    rows: dict[str, tuple[int, list[dict[str, Any]]]] = {
        "timing": (found.timing, [{"id": name, "name": names[name], "kwh": kwh(each)} for name, each in timing]),
        "points": (found.points, points),
        "loss": (found.loss, [{"id": name, "possible_kwh": round(each, 2)} for name, each in losses.items()]),
        "left": (found.left, []),
    }
    return [
        {"part": part, "kwh": kwh(size), "percent": _percent(size, found.gap),
         "yuan": _yuan(size, case.price_yuan), "items": items}
        for part, (size, items) in rows.items()
    ]  # fmt: skip


def _proposal(one: Proposal, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "rule": one.rule, "possible": not one.unknown, "unknown": list(one.unknown),
        "kwh": kwh(sum(share.extra for share in one.shares)), "yuan": kwh(sum(share.fen for share in one.shares)),
        "rows": [_share(share, names[share.meter]) for share in one.shares],
    }  # fmt: skip


def _share(share: Share, name: str) -> dict[str, Any]:
    return {
        "meter_id": share.meter, "meter": name, "use_kwh": kwh(share.use), "timing_kwh": kwh(share.timing),
        "points_kwh": kwh(share.points), "loss_kwh": kwh(share.loss), "rest_kwh": kwh(share.rest),
        "extra_kwh": kwh(share.extra), "extra_yuan": kwh(share.fen),
    }  # fmt: skip


def _curves_report(case: Case, balance: Balance, names: Mapping[str, str]) -> dict[str, Any]:
    curves = _curves(case, balance.loss / balance.main if balance.main else 0.0)
    if curves is None:
        return {"when": None, "suspects": []}
    found, leads = when(curves), suspects(curves, [one.meter.id for one in case.subs])
    return {"when": _when(found) if found else None, "suspects": [_suspect(one, names) for one in leads]}


def _when(found: When) -> dict[str, Any]:
    return {
        "intervals": found.slots, "intervals_missing": found.slots_missing, "gap_kwh": round(found.gap_kwh, 3),
        "by_hour_kw": [None if each is None else round(each, 4) for each in found.by_hour],
        "night_kw": round(found.night_kw, 4), "night_kwh": round(found.night_kwh, 2),
        "from_hour": found.begin_hour, "to_hour": found.end_hour, "window_kwh": round(found.window_kwh, 2),
    }  # fmt: skip


def _suspect(one: Suspect, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "meter_id": one.meter, "meter": names[one.meter], "kind": one.kind, "ratio": one.ratio,
        "fitted_ratio": round(one.fitted_ratio, 4), "kwh": round(one.kwh, 2),
        "correlation": round(one.correlation, 4),
    }  # fmt: skip


def _curves(case: Case, loss_rate: float) -> Curves | None:
    """The curves on the main meter's grid; None unless every meter has one of the same interval on that grid.

    What the wires lose is taken off the gap in proportion to the main meter's energy, as if it were a point.
    """
    main = case.main.series
    if main is None:
        return None
    rows = [_on_grid(one, main) for one in case.subs]
    known = [row for row in rows if row is not None]
    if len(known) < len(rows):
        return None
    width = timedelta(minutes=main.minutes)
    hours = [(main.begins_at + at * width).astimezone(case.zone).hour for at in range(len(main.kwh))]
    total = _floats(main, case.main.meter.multiplier)
    points = loss_rate * total
    for one in case.points:
        if one.times:
            on = hours_in_slots(one.times, main.begins_at, main.minutes, len(main.kwh), case.zone)
            points += float(one.point.kw) * np.array(on)
    return Curves(main.minutes, np.array(hours), total, np.vstack(known), points)


def _on_grid(one: Metered, main: Series) -> "np.ndarray | None":
    if one.series is None or one.series.minutes != main.minutes:
        return None
    first, off = divmod(one.series.begins_at - main.begins_at, timedelta(minutes=main.minutes))
    if off:
        return None
    row, own = np.full(len(main.kwh), np.nan), _floats(one.series, one.meter.multiplier)
    since, until = max(0, first), min(len(row), first + len(own))
    row[since:until] = own[since - first : until - first]
    return row


def _floats(series: Series, ratio: Fraction) -> "np.ndarray":
    return np.array([np.nan if each is None else float(each) for each in series.kwh]) * float(ratio)


def _reading_hints(case: Case) -> list[dict[str, Any]]:
    """What stood out when the readings were taken."""
    rolled = [one for one in (case.main, *case.subs) if one.meter.is_rolled_over]
    gaps = [one for one in case.subs if one.missing]
    return [
        *({"kind": "rolled_over", "meter_id": one.meter.id, "meter": one.name} for one in rolled),
        *(
            {"kind": "intervals_missing", "meter_id": one.meter.id, "meter": one.name, "count": one.missing}
            for one in gaps
        ),
    ]


def _ratio_hints(found: Balance, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Meters that would explain the whole rest by a missing phase. From one figure alone no more can be said: nearly
    any rest is near some meter's reading times some ratio."""
    if abs(found.left) < LEFT_SHARE_MIN * found.main:
        return []
    hints = []
    for share in found.shares:
        ratio = 1 + found.left / share.use if share.use else 1.0
        fits = likely(ratio)
        if fits.kind in ("phase_missing", "two_phases_missing"):
            hints.append({
                "kind": f"could_be_{fits.kind}", "meter_id": share.meter, "meter": names[share.meter],
                "ratio": fits.ratio, "fitted_ratio": round(ratio, 4),
            })  # fmt: skip
    return hints


def _percent(part: int, of: int) -> float | None:
    return round(100 * part / of, 2) if of else None


def _yuan(hundredths: int, price: Fraction) -> float:
    return whole(hundredths * price) / HUNDREDTHS
