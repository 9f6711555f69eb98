"""The capability `reconcile_submeters`: rows as people enter them, to the kernel's balance, and back to rows."""

from collections.abc import Iterator
from datetime import date, datetime, time
from fractions import Fraction
from zoneinfo import ZoneInfo

from wanjia.kernels.balance.submeters import HUNDREDTHS, Balance, Meter, Point, Problem, problems, reconcile
from wanjia.model.jsonvalue import Facts, Json
from wanjia.model.working_time import WorkCalendar
from wanjia.practice.formats import is_day

MAIN = "main"
"""Under which id the main meter stands among the rows that are wrong, unless it has one of its own."""
FIGURES = ("main_kwh", "sub_kwh", "gap_kwh", "timing_kwh", "points_kwh", "loss_kwh", "left_kwh", "gap_yuan")


def reconcile_submeters(inputs: Facts, now: datetime, calendar: WorkCalendar) -> Facts:
    """The gap between main meter and sub-meters, what explains it, and shares of the rest; kWh and yuan.

    `main_meter`: one row, `sub_meters`: rows, each with `meter_id`, `meter` (its name), `from_kwh`, `to_kwh`,
    `from_on`, `to_on` (days or instants; a day means its midnight), and where given `multiplier`. `points`: rows with
    `point_id`, `kw`, `hours`, and where given `used_by` (ids of sub-meters). Rows that cannot be reckoned with come
    back as `meters_wrong`, and no figure does.
    """
    mains = list(_meters(inputs.get("main_meter"), calendar))
    meters, points = list(_meters(inputs.get("sub_meters"), calendar)), _points(inputs.get("points"))
    wrong = [*_unread(mains, "main_meter", inputs), *_unread(meters, "sub_meters", inputs)]
    if not mains:
        wrong.append({"row_id": MAIN, "problem": "no_meters"})
    read, main = [meter for meter in meters if meter], next((meter for meter in mains if meter), None)
    if main is not None:
        wrong += [_named(problem) for problem in problems(main, read, points)]
    if wrong or main is None:
        return {**dict.fromkeys(FIGURES), "shares": [], "meters_wrong": list(wrong)}
    percent, price = _figure(inputs.get("loss_percent")), _figure(inputs.get("price_yuan"))
    return _told(reconcile(main, read, points, percent or Fraction(0), price or Fraction(0)), _names(inputs))


def _told(found: Balance, names: dict[str, str]) -> Facts:
    shares: list[Json] = [
        {
            "meter_id": share.meter, "meter": names.get(share.meter, share.meter), "use_kwh": _in_units(share.use),
            "timing_kwh": _in_units(share.timing), "points_kwh": _in_units(share.points),
            "loss_kwh": _in_units(share.loss), "rest_kwh": _in_units(share.rest), "extra_kwh": _in_units(share.extra),
            "extra_yuan": _in_units(share.fen),
        }
        for share in found.shares
    ]  # fmt: skip
    fen = sum(share.fen for share in found.shares)
    parts = (found.main, found.sub, found.gap, found.timing, found.points, found.loss, found.left, fen)
    figures: Facts = {name: _in_units(value) for name, value in zip(FIGURES, parts, strict=True)}
    return {**figures, "shares": shares, "meters_wrong": []}


def _meters(value: Json, calendar: WorkCalendar) -> Iterator[Meter | None]:
    """Every row as a meter, None for one whose readings or days are missing."""
    for row in value if isinstance(value, list) else []:
        if isinstance(row, dict):
            begins, ends = _figure(row.get("from_kwh")), _figure(row.get("to_kwh"))
            first, last = _instant(row.get("from_on"), calendar), _instant(row.get("to_on"), calendar)
            ratio = row.get("multiplier")
            times = Fraction(1) if ratio is None else _figure(ratio)
            complete = begins is not None and ends is not None and first and last and times is not None
            yield Meter(_id(row, "meter_id"), begins, ends, first, last, times) if complete else None  # type: ignore[arg-type]


def _unread(meters: list[Meter | None], name: str, inputs: Facts) -> Iterator[Facts]:
    given = inputs.get(name)
    rows = [row for row in given if isinstance(row, dict)] if isinstance(given, list) else []
    for row, meter in zip(rows, meters, strict=True):
        if meter is None:
            yield {"row_id": _id(row, "meter_id"), "problem": "incomplete"}


def _points(value: Json) -> list[Point]:
    """Points as entered; a figure that is missing counts as wrong, not as nothing."""
    rows = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
    return [_point(row) for row in rows]


def _point(row: Facts) -> Point:
    kw, hours, users = _figure(row.get("kw")), _figure(row.get("hours")), row.get("used_by")
    none = Fraction(-1)
    used_by = tuple(map(str, users)) if isinstance(users, list) else ()
    return Point(_id(row, "point_id"), none if kw is None else kw, none if hours is None else hours, used_by)


def _names(inputs: Facts) -> dict[str, str]:
    rows = inputs.get("sub_meters")
    found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return {_id(row, "meter_id"): str(row.get("meter") or _id(row, "meter_id")) for row in found}


def _named(problem: Problem) -> Facts:
    return {"row_id": problem.id, "problem": problem.kind}


def _id(row: Facts, key: str) -> str:
    return str(row.get(key) or MAIN)


def _figure(value: Json) -> Fraction | None:
    """A figure exactly as it was written: 0.6 is six tenths."""
    return Fraction(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _instant(value: Json, calendar: WorkCalendar) -> datetime | None:
    """A day as its midnight in the company's zone, an instant as it stands."""
    if not isinstance(value, str):
        return None
    zone = ZoneInfo(calendar.zone)
    if is_day(value):
        return datetime.combine(date.fromisoformat(value), time(), zone)
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _in_units(hundredths: int) -> float | int:
    """Hundredths as kWh or yuan; whole figures are whole numbers."""
    return hundredths // HUNDREDTHS if hundredths % HUNDREDTHS == 0 else hundredths / HUNDREDTHS
