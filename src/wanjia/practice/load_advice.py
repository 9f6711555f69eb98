"""The capabilities `advise_load` and `compare_loads`: loads and stated prices, to what is saved, and how."""

from datetime import datetime

from wanjia.kernels.balance.advice.shapes import MONTHS, Load, Period, Shifting, Sizing, hour_prices, shifting, sizing
from wanjia.kernels.balance.advice.solar import Fit, Prices, best_fit, sun
from wanjia.model.jsonvalue import Facts, Json
from wanjia.model.working_time import WorkCalendar
from wanjia.practice.load_rows import entered_load, figure, load_rows, measured_load, periods_of, rows_of

PEAK, FLAT, VALLEY = "peak", "flat", "valley"
FIGURES = (
    "month_kwh", "mean_kw", "max_kw", "load_factor_percent", "peak_percent", "flat_percent", "valley_percent",
    "bill_flat_yuan", "bill_tariff_yuan", "tariff_saving_yuan", "moved_kwh", "moved_saving_yuan", "solar_kw",
    "solar_kwh", "solar_used_percent", "solar_spent_yuan", "solar_saving_yuan", "payback_years", "need_kva",
    "size_kva", "used_percent", "fee_basis", "fee_saving_yuan",
)  # fmt: skip
COMPARED = (
    "after_month_kwh", "after_max_kw", "after_peak_percent", "after_bill_yuan", "kwh_change_percent",
    "bill_change_percent",
)  # fmt: skip
FACTOR_LEAST, FACTOR_USUAL = 0.5, 0.9
UTILISATION_LEAST, UTILISATION_USUAL = 0.2, 0.7
LATITUDE_USUAL = 30.0


def advise_load(inputs: Facts, now: datetime, calendar: WorkCalendar) -> Facts:
    """Peak and valley, a tariff by the hour, a roof, a transformer: figures a month, for the roof a year.

    `load`: rows of hours, or `readings`: rows of instants. What is not asked for (no tariff, no roof, no price of it)
    has no figure. Rows that cannot be reckoned with come back as `load_wrong`, and no figure does. `options` are the
    ways to save, the one that saves most in a year first.
    """
    entered = rows_of(inputs.get("load"))
    if entered:
        load, wrong = entered_load(entered, figure(inputs.get("maximum_kw")))
    else:
        load, wrong = measured_load(rows_of(inputs.get("readings")), calendar)
    periods, tariff_wrong = periods_of(rows_of(inputs.get("tariff")))
    wrong += tariff_wrong
    if wrong or load is None:
        return {**dict.fromkeys(FIGURES), "load_hours": [], "options": [], "load_wrong": list(wrong)}
    shifted = _shifted(load, periods, inputs)
    roof = _roof(load, periods, inputs)
    sized = _sized(load, inputs)
    figures = {**_of_load(load), **_of_tariff(shifted, periods), **_of_roof(roof), **_of_size(sized)}
    options: list[Json] = list(_options(shifted, roof, sized))
    return {**dict.fromkeys(FIGURES), **figures, "load_hours": load_rows(load), "options": options, "load_wrong": []}


def compare_loads(inputs: Facts, now: datetime, calendar: WorkCalendar) -> Facts:
    """A load before and after, under one tariff: the figures after, and by how many percent energy and bill changed.

    A change is empty where there was nothing before. Rows that cannot be reckoned with come back as `after_wrong`.
    """
    before, wrong = entered_load(rows_of(inputs.get("load")), figure(inputs.get("maximum_kw")))
    after, after_wrong = entered_load(rows_of(inputs.get("after_load")), figure(inputs.get("after_maximum_kw")))
    periods, tariff_wrong = periods_of(rows_of(inputs.get("tariff")))
    problems = [*wrong, *after_wrong, *tariff_wrong]
    if problems or before is None or after is None or not periods:
        return {**dict.fromkeys(COMPARED), "after_wrong": [*problems]}
    then, now_ = (shifting(load, periods, 0.0, 0.0) for load in (before, after))
    figures = {**_of_load(after), **_of_tariff(now_, periods)}
    return {
        **{f"after_{name}": figures[name] for name in ("month_kwh", "max_kw", "peak_percent")},
        "after_bill_yuan": figures["bill_tariff_yuan"],
        "kwh_change_percent": _change(before.year_kwh, after.year_kwh),
        "bill_change_percent": _change(then.tariff_yuan, now_.tariff_yuan),
        "after_wrong": [],
    }


def _change(before: float, after: float) -> float | None:
    return round(100 * (after - before) / before, 1) if before > 0 else None


def _shifted(load: Load, periods: list[Period], inputs: Facts) -> Shifting | None:
    share = min(max(figure(inputs.get("move_percent")), 0.0), 100.0) / 100
    return shifting(load, periods, figure(inputs.get("price_yuan")), share) if periods else None


def _roof(load: Load, periods: list[Period], inputs: Facts) -> Fit | None:
    """The roof that fits; None where no roof, no yield or no price of building is stated."""
    roof_kw, year_kwh, build = (figure(inputs.get(name)) for name in ("roof_kw", "yield_kwh", "build_yuan_per_kw"))
    if min(roof_kw, year_kwh, build) <= 0:
        return None
    by_hour = hour_prices(periods) if inputs.get("on_tariff") is True else None
    buy = [figure(inputs.get("price_yuan"))] * 24 if by_hour is None else [float(each) for each in by_hour]
    latitude = min(max(figure(inputs.get("latitude"), LATITUDE_USUAL), -66.0), 66.0)
    return best_fit(load, sun(latitude, year_kwh), roof_kw, Prices(buy, figure(inputs.get("feed_in_yuan")), build))


def _sized(load: Load, inputs: Facts) -> Sizing | None:
    """The transformer; None for customers without one of their own."""
    if inputs.get("transformer_kva") is None:
        return None
    factor = min(max(figure(inputs.get("power_factor"), FACTOR_USUAL), FACTOR_LEAST), 1.0)
    full = min(max(figure(inputs.get("full_percent"), 100 * UTILISATION_USUAL) / 100, UTILISATION_LEAST), 1.0)
    fees = (figure(inputs.get(name)) for name in ("transformer_kva", "capacity_yuan", "demand_yuan"))
    return sizing(load.maximum_kw, factor, full, *fees)


def _of_load(load: Load) -> Facts:
    return {
        "month_kwh": round(load.year_kwh / MONTHS, 1),
        "mean_kw": round(load.mean_kw, 3),
        "max_kw": round(load.maximum_kw, 3),
        "load_factor_percent": round(100 * load.load_factor, 1),
    }


def _of_tariff(found: Shifting | None, periods: list[Period]) -> Facts:
    if found is None:
        return {}
    total = sum(found.kwh.values())
    shares = {
        f"{name}_percent": round(100 * sum(kwh for key, kwh in found.kwh.items() if _kind(key) == name) / total, 1)
        if total
        else 0.0
        for name in (PEAK, FLAT, VALLEY)
    }
    return {
        **shares,
        "bill_flat_yuan": round(found.flat_yuan, 2),
        "bill_tariff_yuan": round(found.tariff_yuan, 2),
        "tariff_saving_yuan": round(found.flat_yuan - found.tariff_yuan, 2),
        "moved_kwh": round(found.moved_kwh, 1),
        "moved_saving_yuan": round(found.moved_yuan, 2),
    }


def _kind(period: str) -> str:
    """Sharp peaks count as peaks, deep valleys as valleys, what is neither as flat."""
    return PEAK if "peak" in period else VALLEY if "valley" in period else FLAT


def _of_roof(found: Fit | None) -> Facts:
    if found is None:
        return {}
    return {
        "solar_kw": round(found.kw, 1),
        "solar_kwh": round(found.made_kwh),
        "solar_used_percent": round(100 * found.used_kwh / found.made_kwh, 1) if found.made_kwh else 0.0,
        "solar_spent_yuan": round(found.spent_yuan),
        "solar_saving_yuan": round(found.saved_yuan, 2),
        "payback_years": None if found.payback_years is None else round(found.payback_years, 1),
    }


def _of_size(found: Sizing | None) -> Facts:
    if found is None:
        return {}
    return {
        "need_kva": round(found.need_kva, 1),
        "size_kva": found.size_kva,
        "used_percent": round(100 * found.used, 1),
        "fee_basis": found.basis,
        "fee_saving_yuan": round(found.saving_yuan, 2),
    }


def _options(shifted: Shifting | None, roof: Fit | None, sized: Sizing | None) -> list[Facts]:
    """Ways that save something, by what they save in a year; `spent_yuan` once."""
    found: list[Facts] = []
    if shifted is not None:
        found.append(_option("tariff", MONTHS * (shifted.flat_yuan - shifted.tariff_yuan), 0.0))
        found.append(_option("move", MONTHS * shifted.moved_yuan, 0.0))
    if roof is not None:
        found.append(_option("solar", roof.saved_yuan, roof.spent_yuan))
    if sized is not None and sized.basis == "demand":
        found.append(_option("demand_fee", MONTHS * sized.saving_yuan, 0.0))
    kept = [row for row in found if figure(row["saved_yuan"]) > 0]
    return sorted(kept, key=lambda row: (-figure(row["saved_yuan"]), str(row["way"])))


def _option(way: str, saved: float, spent: float) -> Facts:
    return {"way": way, "saved_yuan": round(saved, 2), "spent_yuan": round(spent)}
