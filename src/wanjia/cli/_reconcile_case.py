"""A case file of `wanjia reconcile` as the kernel's nouns, with every fault that was met on the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, get_args
from zoneinfo import ZoneInfo

from wanjia.cli._reconcile_fields import Fields, zone_of
from wanjia.kernels.balance.submeters.gap import HUNDREDTHS, Meter, Point, problems
from wanjia.kernels.balance.submeters.loss import CONDUCTORS, Material, Wire
from wanjia.kernels.balance.submeters.points import EVERY_DAY, OnTime, hours_on
from wanjia.kernels.balance.submeters.sharing import RULES, Party, Rule
from wanjia.model.faults import Fault

PERCENT_MAX = Fraction(100)
MINUTES_MAX = 366 * 24 * 60
MULTIPLIER_MAX = Fraction(1_000_000)
DIGITS_MAX = 12
MAIN = "main_meter"


@dataclass(frozen=True)
class Series:
    """kWh by interval, the multiplier not included; None where not read."""

    begins_at: datetime
    minutes: int
    kwh: tuple[Fraction | None, ...]

    @property
    def ends_at(self) -> datetime:
        """After the last interval."""
        return self.begins_at + timedelta(minutes=self.minutes * len(self.kwh))


@dataclass(frozen=True)
class Metered:
    """A meter as the balance takes it, its curve where it has one, and intervals of the period that were not read."""

    meter: Meter
    name: str
    series: Series | None = None
    missing: int = 0


@dataclass(frozen=True)
class Lasting:
    """A point without a meter, its name and schedule."""

    point: Point
    name: str
    times: tuple[OnTime, ...] = ()


@dataclass(frozen=True)
class Case:
    """All that a case says, complete enough to be reckoned with."""

    zone: ZoneInfo
    main: Metered
    subs: tuple[Metered, ...]
    points: tuple[Lasting, ...]
    parties: tuple[Party, ...]
    wires: tuple[tuple[Wire, str], ...]
    loss_percent: Fraction
    price_yuan: Fraction
    price_source: str
    rules: tuple[Rule, ...]


def read_case(row: dict[str, Any], file: str, faults: list[Fault]) -> Case | None:
    """None when the case has no meters, or faults that keep it from being reckoned with."""
    top = Fields(row, file, "", faults)
    zone = zone_of(top)
    mains = top.inside(MAIN)
    if mains is None:
        return None
    before = len(faults)
    main = _metered(mains, zone, None)
    if main and main.missing:
        mains.fault("main_gaps", "series", missing=main.missing)
    period = (main.meter.read_from, main.meter.read_to) if main else None
    rows = list(top.rows("sub_meters"))
    subs = [one for each in rows if (one := _metered(each, zone, period))]
    points = [point for each in top.rows("points") if (point := _point(each, zone, period))]
    wires = tuple(wire for each in top.rows("wires") if (wire := _wire(each)))
    parties = tuple(Party(str(each.row.get("id")), each.optional("area_m2"), each.optional("persons")) for each in rows)
    percent, price = top.figure("loss_percent", Fraction(0), most=PERCENT_MAX), top.figure("price_yuan", Fraction(0))
    rules, source = _rules(top), top.text("price_source", "agreed")
    if main is not None:
        _known_wires(top, wires, [main, *subs])
        _problems(top, main, subs, points)
    if len(faults) > before or main is None or percent is None or price is None:
        return None
    return Case(zone, main, tuple(subs), tuple(points), parties, wires, percent, price, source, rules)


def series_of(fields: Fields, zone: ZoneInfo) -> Series | None:
    """`begins_at`, `minutes` and `kwh`."""
    at, minutes = fields.moment("begins_at", zone), fields.figure("minutes", Fraction(15), Fraction(1))
    kwh = fields.figures("kwh", gaps=True)
    if minutes is not None and (minutes.denominator != 1 or minutes > MINUTES_MAX):
        fields.fault("range", "minutes", value=str(minutes), least="1", most=str(MINUTES_MAX))
        return None
    return Series(at, int(minutes), tuple(kwh)) if at and minutes and kwh else None


def _metered(fields: Fields, zone: ZoneInfo, period: tuple[datetime, datetime] | None) -> Metered | None:
    name = fields.text("id")
    ratio = fields.figure("multiplier", Fraction(1), most=MULTIPLIER_MAX)
    digits = fields.figure("digits", Fraction(0), most=Fraction(DIGITS_MAX))
    shown = str(fields.row.get("name") or name)
    inner = fields.inside("series")
    if inner is not None:
        series = series_of(inner, zone)
        return _from_series(fields, name, shown, ratio, series, period) if series and ratio is not None else None
    read = [(each.moment("at", zone), each.figure("kwh")) for each in fields.rows("readings")]
    known = sorted((at, kwh) for at, kwh in read if at is not None and kwh is not None)
    if len(known) < 2:
        fields.fault("readings_few", "readings")
        return None
    (begin, low), (end, high) = known[0], known[-1]
    if ratio is None or digits is None:
        return None
    return Metered(Meter(name, low, high, begin, end, ratio, int(digits)), shown)


def _from_series(
    fields: Fields, name: str, shown: str, ratio: Fraction, series: Series, period: tuple[datetime, datetime] | None
) -> Metered | None:  # fmt: skip
    """The energy of the intervals inside the main meter's period. What was not read counts as time not read: it is
    reckoned at the meter's own mean use, among the reading times."""
    first, last = period or (series.begins_at, series.ends_at)
    width = timedelta(minutes=series.minutes)
    since = max(0, -(-(first - series.begins_at) // width))
    until = min(len(series.kwh), (last - series.begins_at) // width)
    inside = series.kwh[since:until]
    known = [each for each in inside if each is not None]
    if not known:
        fields.fault("series_outside", "series")
        return None
    begin = series.begins_at + since * width
    meter = Meter(name, Fraction(0), sum(known, Fraction(0)), begin, begin + len(known) * width, ratio)
    return Metered(meter, shown, series, len(inside) - len(known))


def _point(fields: Fields, zone: ZoneInfo, period: tuple[datetime, datetime] | None) -> Lasting | None:
    name, kw = fields.text("id"), fields.figure("kw")
    times = tuple(one for each in fields.rows("schedule") if (one := _on_time(each)))
    if times and period:
        hours: Fraction | None = hours_on(times, *period, zone)
    else:
        hours = fields.figure("hours", Fraction(0) if fields.has("schedule") else None)
    users = fields.row.get("used_by") or []
    if not isinstance(users, list):
        fields.fault("shape", "used_by", wanted="list")
        return None
    shown = str(fields.row.get("name") or name)
    return (
        Lasting(Point(name, kw, hours, tuple(map(str, users))), shown, times)
        if kw is not None and hours is not None
        else None
    )


def _on_time(fields: Fields) -> OnTime | None:
    begins, ends = fields.clock("from"), fields.clock("to")
    days = fields.row.get("weekdays", list(EVERY_DAY))
    if not isinstance(days, list) or not days or not set(map(str, days)) <= set(map(str, EVERY_DAY)):
        fields.fault("weekdays", "weekdays")
        return None
    return OnTime(begins, ends, tuple(map(int, days))) if begins is not None and ends is not None else None


def _wire(fields: Fields) -> tuple[Wire, str] | None:
    """The wire, and the meter whose curve flows through it (empty: its own current and hours)."""
    name, meter = fields.text("id"), str(fields.row.get("meter") or "")
    material = fields.choice("material", get_args(Material), "copper")
    phases = fields.figure("phases", Fraction(1))
    if phases is not None and phases not in CONDUCTORS:
        fields.fault("choice", "phases", value=str(phases), allowed=", ".join(map(str, CONDUCTORS)))
        return None
    least, none = Fraction(1, 1000), Fraction(0) if meter else None
    figures = [
        fields.figure("length_m", least=least), fields.figure("section_mm2", least=least), phases,
        fields.figure("current_a", none), fields.figure("hours", none),
        fields.figure("form_factor", Fraction(1), Fraction(1), Fraction(10)),
        fields.figure("temperature_c", Fraction(20), Fraction(-40), Fraction(250)),
        fields.figure("power_factor", Fraction(9, 10), Fraction(1, 10), Fraction(1)),
    ]  # fmt: skip
    if any(each is None for each in figures):
        return None
    length, section, count, current, hours, form, warm, power = (float(each) for each in figures if each is not None)
    chosen: Material = "copper" if material == "copper" else "aluminium"
    return Wire(name, length, section, chosen, int(count), current, hours, form, warm, power), meter


def _rules(top: Fields) -> tuple[Rule, ...]:
    wanted = top.row.get("sharing", list(RULES))
    known = tuple(rule for rule in RULES if isinstance(wanted, list) and rule in wanted)
    if not isinstance(wanted, list) or len(known) < len(wanted):
        top.fault("choice", "sharing", value=str(wanted)[:60], allowed=", ".join(RULES))
    return known


def _known_wires(top: Fields, wires: Sequence[tuple[Wire, str]], meters: Sequence[Metered]) -> None:
    with_series = {one.meter.id for one in meters if one.series}
    for at, (_, meter) in enumerate(wires):
        if meter and meter not in with_series:
            top.fault("wire_meter", f"wires[{at}].meter", meter=meter)


def _problems(top: Fields, main: Metered, subs: Sequence[Metered], points: Sequence[Lasting]) -> None:
    """What the kernel says is wrong, as faults."""
    for problem in problems(main.meter, [one.meter for one in subs], [one.point for one in points]):
        top.fault(problem.kind, "sub_meters" if problem.kind in ("no_meters", "too_many") else "", id=problem.id)


def kwh(hundredths: int) -> float:
    """Hundredths as kWh, or fen as yuan."""
    return hundredths / HUNDREDTHS
