"""The capability `reconcile_submeters`: rows as people enter them, to the kernel's balance, and back to rows."""

from collections.abc import Iterator
from datetime import date, datetime, time
from fractions import Fraction
from zoneinfo import ZoneInfo

from wanjia.kernels.balance.submeters.gap import HUNDREDTHS, Balance, Meter, Point, Problem, problems, reconcile, whole
from wanjia.kernels.balance.submeters.ratios import missing_phases
from wanjia.kernels.balance.submeters.sharing import Party, Proposal, proposals
from wanjia.model.jsonvalue import Facts, Json
from wanjia.model.working_time import WorkCalendar
from wanjia.practice.formats import is_day

MAIN = "main"
"""Under which id the main meter stands among the rows that are wrong, unless it has one of its own."""
TABLES = ("shares", "parts", "rule_shares", "meter_hints")
LEFT_SHARE_MIN = Fraction(5, 100)
"""Of the main meter's energy: a smaller rest is within the meters' classes, and no reason to suspect one of them."""
FIGURES = ("main_kwh", "sub_kwh", "gap_kwh", "timing_kwh", "points_kwh", "loss_kwh", "left_kwh", "gap_yuan")


def reconcile_submeters(inputs: Facts, now: datetime, calendar: WorkCalendar) -> Facts:
    """The gap between main meter and sub-meters, what explains it, and shares of the rest; kWh and yuan.

    `main_meter`: one row, `sub_meters`: rows, each with `meter_id`, `meter` (its name), `from_kwh`, `to_kwh`,
    `from_on`, `to_on` (days or instants; a day means its midnight), and where given `multiplier`, `digits`, `area_m2`,
    `persons`. `points`: rows with `point_id`, `kw`, `hours`, and where given `point` (its name), `used_by` (ids of
    sub-meters). Rows that cannot be reckoned with come back as `meters_wrong`, and no figure does.
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
        return {**dict.fromkeys(FIGURES), **{name: [] for name in TABLES}, "meters_wrong": list(wrong)}
    percent, price = (
        _figure(inputs.get("loss_percent")) or Fraction(0),
        _figure(inputs.get("price_yuan")) or Fraction(0),
    )
    found, names = reconcile(main, read, points, percent, price), _names(inputs, "sub_meters", "meter")
    return {
        **_told(found, names), "parts": _parts(found, names | _names(inputs, "points", "point"), price),
        "rule_shares": _by_rule(proposals(found, _parties(inputs), price), names), "meter_hints": _hints(found, names),
    }  # fmt: skip


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


def _parts(found: Balance, names: dict[str, str], price: Fraction) -> list[Json]:
    """What explains the gap, in the order in which it is taken off, with what it consists of by name."""
    timing = {share.meter: share.timing for share in found.shares if share.timing}
    sizes = {"timing": found.timing, "points": found.points, "loss": found.loss, "left": found.left}
    consists: dict[str, dict[str, int]] = {"timing": timing, "points": {k: v for k, v in found.by_point.items() if v}}
    return [
        {
            "part": part, "part_kwh": _in_units(size), "part_yuan": _in_units(whole(size * price)),
            "part_percent": float(round(Fraction(100 * size, found.gap), 1)) if found.gap else None,
            "consists": "；".join(f"{names[key]} {_in_units(each)}" for key, each in consists.get(part, {}).items()),
        }
        for part, size in sizes.items()
    ]  # fmt: skip


def _by_rule(found: tuple[Proposal, ...], names: dict[str, str]) -> list[Json]:
    """By meter what it would pay by each rule; empty where a figure is missing for anybody."""
    rows: dict[str, Facts] = {key: {"meter_id": key, "meter": name} for key, name in names.items()}
    for proposal in found:
        fen = {share.meter: share.fen for share in proposal.shares}
        for key, row in rows.items():
            row[f"{proposal.rule}_yuan"] = _in_units(fen[key]) if key in fen else None
    return list(rows.values())


def _hints(found: Balance, names: dict[str, str]) -> list[Json]:
    """Meters whose reading just fits the rest as if phases were not measured: worth a test before anybody pays."""
    if found.left < LEFT_SHARE_MIN * found.main:
        return []
    fits = {share.meter: missing_phases(1 + found.left / share.use) for share in found.shares if share.use > 0}
    return [{"meter_id": key, "meter": names[key], "hint": kind} for key, kind in fits.items() if kind]


def _parties(inputs: Facts) -> list[Party]:
    rows = inputs.get("sub_meters")
    found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return [Party(_id(row, "meter_id"), _figure(row.get("area_m2")), _figure(row.get("persons"))) for row in found]


def _meters(value: Json, calendar: WorkCalendar) -> Iterator[Meter | None]:
    """Every row as a meter, None for one whose readings or days are missing."""
    for row in value if isinstance(value, list) else []:
        if isinstance(row, dict):
            begins, ends = _figure(row.get("from_kwh")), _figure(row.get("to_kwh"))
            first, last = _instant(row.get("from_on"), calendar), _instant(row.get("to_on"), calendar)
            ratio = row.get("multiplier")
            times = Fraction(1) if ratio is None else _figure(ratio)
            digits = int(_figure(row.get("digits")) or 0)
            complete = begins is not None and ends is not None and first and last and times is not None
            yield Meter(_id(row, "meter_id"), begins, ends, first, last, times, digits) if complete else None  # type: ignore[arg-type]


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


def _names(inputs: Facts, table: str, column: str) -> dict[str, str]:
    rows = inputs.get(table)
    found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return {_id(row, f"{column}_id"): str(row.get(column) or _id(row, f"{column}_id")) for row in found}


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
