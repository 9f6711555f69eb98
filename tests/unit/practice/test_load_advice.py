"""Advice on a load: rows in, figures in kWh and yuan out, rows that are wrong named, readings as good as hours."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.processes import CALENDAR
from wanjia.model.jsonvalue import Facts
from wanjia.practice.load_advice import FIGURES, advise_load, compare_loads

NOW = datetime(2026, 6, 2, 1, 0, tzinfo=UTC)
ONE = {"read_at": "2026-03-02T00:15:00+08:00", "energy_kwh": 1}
SHOP = [
    {"from_hour": 22, "to_hour": 9, "workday_kw": 1.0, "restday_kw": 1.0},
    {"from_hour": 9, "to_hour": 22, "workday_kw": 11.0, "restday_kw": 18.0},
]
TARIFF = [
    {"period": "peak", "from_hour": 8, "to_hour": 22, "yuan_per_kwh": 1.0},
    {"period": "valley", "from_hour": 22, "to_hour": 8, "yuan_per_kwh": 0.4},
]


def asked(**more: object) -> Facts:
    return advise_load({"load": SHOP, **more}, NOW, CALENDAR)  # type: ignore[dict-item]


def test_a_load_alone_has_its_own_figures_only() -> None:
    found = asked(maximum_kw=26)
    day = 11 * 1 + 13 * (5 * 11 + 2 * 18) / 7
    assert (found["month_kwh"], found["max_kw"]) == (round(day * 365 / 12, 1), 26)
    assert found["load_factor_percent"] == round(100 * day / 24 / 26, 1)
    assert len(found["load_hours"]) == 24 and found["options"] == [] == found["load_wrong"]  # type: ignore[arg-type]
    assert {name for name in FIGURES if found[name] is not None} == {
        "month_kwh", "mean_kw", "max_kw", "load_factor_percent",
    }  # fmt: skip


def test_a_tariff_and_energy_moved() -> None:
    found = asked(tariff=TARIFF, price_yuan=0.75, move_percent=10)
    peak, valley = (1 + 13 * 13) * 365 / 12, 10 * 365 / 12
    assert found["peak_percent"] == round(100 * peak / (peak + valley), 1) and found["flat_percent"] == 0
    assert found["bill_tariff_yuan"] == round(peak * 1.0 + valley * 0.4, 2)
    assert found["tariff_saving_yuan"] == pytest.approx((peak + valley) * 0.75 - peak - valley * 0.4, abs=0.01)
    assert found["tariff_saving_yuan"] < 0, "a shop of the day had better stay"  # type: ignore[operator]
    assert found["moved_saving_yuan"] == pytest.approx(peak * 0.1 * 0.6, abs=0.01)
    assert [row["way"] for row in found["options"]] == ["move"]  # type: ignore[union-attr,index,call-overload]


def test_a_roof_is_reckoned_at_the_price_that_is_paid() -> None:
    roof = {"roof_kw": 12, "yield_kwh": 1000, "build_yuan_per_kw": 3000, "feed_in_yuan": 0.4, "latitude": 25}
    flat = asked(price_yuan=0.75, **roof)
    assert flat["solar_kw"] == 12 and flat["solar_kwh"] == 12000 and flat["solar_spent_yuan"] == 36000
    assert flat["payback_years"] == pytest.approx(36000 / flat["solar_saving_yuan"], abs=0.05)  # type: ignore[operator]
    by_hour = asked(price_yuan=0.75, tariff=TARIFF, on_tariff=True, **roof)
    assert by_hour["solar_saving_yuan"] > flat["solar_saving_yuan"]  # type: ignore[operator]
    assert asked(price_yuan=0.75, **{**roof, "roof_kw": 0})["solar_kw"] is None


def test_a_transformer_and_the_basis_of_its_charge() -> None:
    found = asked(maximum_kw=100, transformer_kva=400, capacity_yuan=20, demand_yuan=30)
    assert (found["need_kva"], found["size_kva"], found["used_percent"]) == (111.1, 160, 27.8)
    assert (found["fee_basis"], found["fee_saving_yuan"]) == ("demand", 400 * 20 - 160 * 30)
    assert asked()["size_kva"] is None and asked(transformer_kva=0)["used_percent"] == 0


def test_readings_say_what_hours_say() -> None:
    begin = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
    readings = []
    for at in range(7 * 96):
        hour, weekday = at // 4 % 24, at // 96
        kw = 1.0 if hour >= 22 or hour < 9 else (11.0 if weekday < 5 else 18.0)
        moment = begin + timedelta(minutes=15 * (at + 1))
        readings.append({"read_at": moment.isoformat(), "energy_kwh": kw / 4})
    found, entered = (advise_load(each, NOW, CALENDAR) for each in ({"readings": readings}, {"load": SHOP}))  # type: ignore[dict-item]
    assert found == entered and found["max_kw"] == 18


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"load": SHOP[:1]}, [("load", "hours_missing")]),
        ({"load": [*SHOP, SHOP[1]]}, [("3", "hours_twice")]),
        ({"load": [{**SHOP[0], "workday_kw": -1}, SHOP[1]]}, [("1", "incomplete")]),
        ({"load": [{**SHOP[0], "to_hour": 25}, SHOP[1]]}, [("1", "incomplete")]),
        ({"tariff": TARIFF[:1]}, [("tariff", "hours_missing")]),
        ({"tariff": [*TARIFF, TARIFF[0]]}, [("tariff-3", "hours_twice")]),
        ({"tariff": [{**TARIFF[0], "yuan_per_kwh": None}, TARIFF[1]]}, [("tariff-1", "incomplete")]),
        ({"load": []}, [("readings", "too_few")]),
        ({"load": [], "readings": [{"read_at": "2026-03-02T00:15:00", "energy_kwh": 1}]}, [("1", "incomplete")]),
        ({"load": [], "readings": [ONE]}, [("readings", "too_few")]),
    ],
)  # fmt: skip
def test_rows_that_make_no_sense_are_named_and_nothing_is_reckoned(
    changes: Facts, wrong: list[tuple[str, str]]
) -> None:
    found = asked(**changes)
    rows = found["load_wrong"]
    assert [(row["row_id"], row["problem"]) for row in rows] == wrong  # type: ignore[union-attr,index,call-overload]
    assert not any(found[name] for name in FIGURES) and found["options"] == []


def test_before_and_after_under_one_tariff() -> None:
    less = [{**row, "workday_kw": row["workday_kw"] / 2, "restday_kw": row["restday_kw"] / 2} for row in SHOP]
    given: Facts = {"load": SHOP, "after_load": less, "after_maximum_kw": 14, "tariff": TARIFF}  # type: ignore[dict-item]
    found, alone = compare_loads(given, NOW, CALENDAR), asked(tariff=TARIFF)
    assert (found["kwh_change_percent"], found["bill_change_percent"], found["after_max_kw"]) == (-50, -50, 14)
    assert found["after_peak_percent"] == alone["peak_percent"] and found["after_wrong"] == []
    assert found["after_bill_yuan"] == pytest.approx(float(str(alone["bill_tariff_yuan"])) / 2, abs=0.01)
    nothing = [{**row, "workday_kw": 0, "restday_kw": 0} for row in SHOP]
    assert compare_loads({**given, "load": nothing}, NOW, CALENDAR)["bill_change_percent"] is None  # type: ignore[dict-item]
    wrong = compare_loads({**given, "after_load": SHOP[:1]}, NOW, CALENDAR)  # type: ignore[dict-item]
    assert wrong["after_wrong"] == [{"row_id": "load", "problem": "hours_missing"}] and wrong["after_month_kwh"] is None
