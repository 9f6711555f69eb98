"""The `solar` part of a case: generation, use by interval, rule and prices; and its settlement as an object."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from wanjia.cli._reconcile_case import Series, kwh
from wanjia.cli._reconcile_fields import Fields, day_text, zone_of
from wanjia.kernels.balance.submeters.settlement import (
    SOLAR_RULES,
    UNITS_KWH,
    Account,
    Prices,
    Rule,
    Settlement,
    Tenant,
    settle,
)
from wanjia.model.faults import Fault

TENANT_SLOTS_MAX = 2_000_000
"""Tenants times intervals: a year of quarter hours of 57 tenants, some ten seconds."""
PRICE_MAX = Fraction(100)


@dataclass(frozen=True)
class Roof:
    """What the settlement takes, and what its result is told with."""

    begins_at: datetime
    minutes: int
    zone: ZoneInfo
    generation: tuple[int, ...]
    tenants: tuple[Tenant, ...]
    names: Mapping[str, str]
    rule: Rule
    prices: Prices


def read_solar(
    row: dict[str, Any], file: str, faults: list[Fault], series: Mapping[str, Series]
) -> Roof | None:  # fmt: skip
    """`series` are the sub-meters' curves by meter (kWh, multiplier included), for tenants that name one."""
    top = Fields(row, file, "", faults)
    fields, before = top.inside("solar"), len(faults)
    if fields is None:
        return None
    zone, at, minutes = (
        zone_of(top),
        fields.moment("begins_at", zone_of(top)),
        fields.figure("minutes", Fraction(15), Fraction(1)),
    )
    generation = [_units(each) for each in fields.figures("generation_kwh") if each is not None]
    rows = list(fields.rows("tenants"))
    if not rows:
        fields.fault("no_tenants", "tenants")
    if len(rows) * len(generation) > TENANT_SLOTS_MAX:
        fields.fault("too_many_slots", "tenants", limit=TENANT_SLOTS_MAX)
        return None
    rule = fields.choice("rule", SOLAR_RULES, "by_use")
    found = [_tenant(each, len(generation), series, at, int(minutes or 1)) for each in rows]
    tenants = tuple(one for one in found if one is not None)
    _check(fields, rule, tenants)
    prices = _prices(fields, at, int(minutes or 1), len(generation), zone)
    if len(faults) > before or at is None or minutes is None or prices is None:
        return None
    names = {str(each.row["id"]): str(each.row.get("name") or each.row["id"]) for each in rows}
    chosen = next(one for one in SOLAR_RULES if one == rule)
    return Roof(at, int(minutes), zone, tuple(generation), tenants, names, chosen, prices)


def solar_report(roof: Roof) -> dict[str, Any]:
    """The settlement as JSON: kWh and yuan."""
    found = settle(roof.generation, roof.tenants, roof.rule, roof.prices)
    ends = roof.begins_at + timedelta(minutes=roof.minutes * len(roof.generation))
    return {
        "from": day_text(roof.begins_at, roof.zone), "to": day_text(ends, roof.zone), "intervals": len(roof.generation),
        "rule": roof.rule, "generation_kwh": _shown(found.generation), "on_spot_kwh": _shown(found.on_spot),
        "fed_in_kwh": _shown(found.fed_in), "self_use_rate": _rate(found),
        "grid_kwh": _shown(sum(one.grid for one in found.accounts)), "feed_in_yuan": kwh(found.feed_in_fen),
        "owner_yuan": kwh(found.owner_fen), "grid_yuan": kwh(found.grid_fen),
        "tenants": [_account(one, roof.names[one.tenant]) for one in found.accounts],
    }  # fmt: skip


def _account(one: Account, name: str) -> dict[str, Any]:
    return {
        "tenant_id": one.tenant, "tenant": name, "use_kwh": _shown(one.use), "solar_kwh": _shown(one.solar),
        "grid_kwh": _shown(one.grid), "solar_yuan": kwh(one.solar_fen), "grid_yuan": kwh(one.grid_fen),
        "yuan": kwh(one.fen), "without_solar_yuan": kwh(one.without_fen), "saved_yuan": kwh(one.without_fen - one.fen),
    }  # fmt: skip


def _tenant(
    fields: Fields, slots: int, series: Mapping[str, Series], at: datetime | None, minutes: int
) -> Tenant | None:  # fmt: skip
    name = fields.text("id")
    price, share = fields.figure("price_yuan", most=PRICE_MAX), fields.figure("share", Fraction(0), most=Fraction(1))
    if fields.has("meter"):
        use = _of_meter(fields, series.get(str(fields.row["meter"])), slots, at, minutes)
    else:
        use = tuple(_units(each) for each in fields.figures("kwh") if each is not None)
        if use and len(use) != slots:
            fields.fault("series_lengths", "kwh", length=len(use), wanted=slots)
    return Tenant(name, use, price, share) if price is not None and share is not None and len(use) == slots else None


def _of_meter(
    fields: Fields, series: Series | None, slots: int, at: datetime | None, minutes: int
) -> tuple[int, ...]:  # fmt: skip
    """The intervals of a sub-meter's curve that the generation has; gaps are refused: nobody pays for a guess."""
    if series is None or at is None or series.minutes != minutes:
        fields.fault("tenant_meter", "meter", meter=str(fields.row["meter"]))
        return ()
    since, off = divmod(at - series.begins_at, timedelta(minutes=minutes))
    taken = series.kwh[since : since + slots] if since >= 0 else ()
    if off or len(taken) != slots or any(each is None or each < 0 for each in taken):
        fields.fault("tenant_meter", "meter", meter=str(fields.row["meter"]))
        return ()
    return tuple(_units(each) for each in taken if each is not None)


def _check(fields: Fields, rule: str, tenants: tuple[Tenant, ...]) -> None:
    ids = [one.id for one in tenants]
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        fields.fault("repeated", "tenants", id=name)
    total = sum((one.share for one in tenants), Fraction(0))
    if total > 1:
        fields.fault("shares_over", "tenants", total=f"{float(total):g}")
    if rule != "by_use" and total == 0:
        fields.fault("shares_none", "tenants", rule=rule)


def _prices(fields: Fields, at: datetime | None, minutes: int, slots: int, zone: ZoneInfo) -> Prices | None:
    """One price from the grid, or bands by the time of day at which an interval begins."""
    feed_in = fields.figure("feed_in_yuan", Fraction(0), most=PRICE_MAX)
    bill = fields.optional("grid_bill_yuan")
    flat = fields.figure("grid_price_yuan", Fraction(0) if fields.has("grid_prices") else None, most=PRICE_MAX)
    bands = [
        (each.clock("from"), each.clock("to"), each.figure("yuan", most=PRICE_MAX))
        for each in fields.rows("grid_prices")
    ]
    known = [(a, b, price) for a, b, price in bands if a is not None and b is not None and price is not None]
    if at is None or flat is None or feed_in is None or len(known) < len(bands):
        return None
    if not bands:
        return Prices((flat,) * slots, feed_in, bill)
    begins = [(at + timedelta(minutes=minutes * slot)).astimezone(zone).time() for slot in range(slots)]
    by_slot = [next((price for a, b, price in known if _within(a, b, begin)), None) for begin in begins]
    if any(each is None for each in by_slot):
        fields.fault("band_missing", "grid_prices", at=str(begins[by_slot.index(None)])[:5])
        return None
    return Prices(tuple(each for each in by_slot if each is not None), feed_in, bill)


def _within(begins: time, ends: time, at: time) -> bool:
    if begins < ends:
        return begins <= at < ends
    return at >= begins or at < ends


def _units(value: Fraction) -> int:
    return round(value * UNITS_KWH)


def _shown(units: int) -> float:
    return units / UNITS_KWH


def _rate(found: Settlement) -> float | None:
    return round(found.on_spot / found.generation, 6) if found.generation else None
