"""Meters as people enter them: rows in, figures in kWh and yuan out, rows that are wrong named."""

from datetime import UTC, datetime

import pytest

from tests.support.processes import CALENDAR
from wanjia.model.jsonvalue import Facts
from wanjia.practice.meter_balance import reconcile_submeters

NOW = datetime(2026, 6, 2, 1, 0, tzinfo=UTC)


def _row(name: str, used: float, **more: object) -> Facts:
    row = {"meter_id": name, "meter": f"{name}厂", "from_kwh": 10, "to_kwh": 10 + used}
    return {**row, "from_on": "2026-05-01", "to_on": "2026-06-01", **more}  # type: ignore[dict-item]


def _asked(**changes: object) -> Facts:
    rows = {"main_meter": [_row("zong", 1000)], "sub_meters": [_row("1", 500), _row("2", 300)], "points": []}
    return {**rows, "loss_percent": 3, "price_yuan": 0.6, **changes}  # type: ignore[dict-item]


def test_rows_become_figures_and_shares() -> None:
    found = reconcile_submeters(_asked(), NOW, CALENDAR)
    assert {key: found[key] for key in ("main_kwh", "sub_kwh", "gap_kwh", "loss_kwh", "left_kwh", "gap_yuan")} == {
        "main_kwh": 1000, "sub_kwh": 800, "gap_kwh": 200, "loss_kwh": 30, "left_kwh": 170, "gap_yuan": 120,
    }  # fmt: skip
    assert found["shares"][0] == {  # type: ignore[index,call-overload]
        "meter_id": "1", "meter": "1厂", "use_kwh": 500, "timing_kwh": 0, "points_kwh": 0, "loss_kwh": 18.75,
        "rest_kwh": 106.25, "extra_kwh": 125, "extra_yuan": 75,
    }  # fmt: skip
    assert found["meters_wrong"] == []


def test_parts_are_told_by_name_and_every_rule_adds_up() -> None:
    points = [{"point_id": "1", "point": "货梯", "kw": 3, "hours": 22}]
    subs = [_row("1", 500, area_m2=100), _row("2", 300, area_m2=300, persons=4)]
    found = reconcile_submeters(_asked(points=points, sub_meters=subs), NOW, CALENDAR)
    assert found["parts"] == [
        {"part": "timing", "part_kwh": 0, "part_yuan": 0, "part_percent": 0.0, "consists": ""},
        {"part": "points", "part_kwh": 66, "part_yuan": 39.6, "part_percent": 33.0, "consists": "货梯 66"},
        {"part": "loss", "part_kwh": 30, "part_yuan": 18, "part_percent": 15.0, "consists": ""},
        {"part": "left", "part_kwh": 104, "part_yuan": 62.4, "part_percent": 52.0, "consists": ""},
    ]
    # The rest of 104 kWh: equally 52 each, by area 26 and 78; points 41.25 and 24.75, loss 18.75 and 11.25.
    assert found["rule_shares"] == [
        {"meter_id": "1", "meter": "1厂", "by_use_yuan": 75, "equally_yuan": 67.2, "by_area_yuan": 51.6,
         "by_persons_yuan": None},
        {"meter_id": "2", "meter": "2厂", "by_use_yuan": 45, "equally_yuan": 52.8, "by_area_yuan": 68.4,
         "by_persons_yuan": None},
    ]  # fmt: skip


def test_a_reading_that_fits_a_missing_phase_is_named_before_anybody_pays() -> None:
    asked = _asked(sub_meters=[_row("1", 400), _row("2", 420)], loss_percent=0)
    asked["main_meter"] = [_row("zong", 1020)]
    assert reconcile_submeters(asked, NOW, CALENDAR)["meter_hints"] == [
        {"meter_id": "1", "meter": "1厂", "hint": "phase_missing"},
        {"meter_id": "2", "meter": "2厂", "hint": "phase_missing"},
    ]
    asked["main_meter"] = [_row("zong", 830)]
    assert reconcile_submeters(asked, NOW, CALENDAR)["meter_hints"] == []


def test_a_register_with_digits_may_pass_its_end() -> None:
    rolled = [{**_row("1", 0), "from_kwh": 99950, "to_kwh": 450, "digits": 5}, _row("2", 300)]
    assert reconcile_submeters(_asked(sub_meters=rolled), NOW, CALENDAR)["gap_kwh"] == 200


def test_readings_times_their_ratio_and_instants_beside_days() -> None:
    main = [_row("zong", 25, multiplier=40, to_on="2026-06-01T00:00:00+08:00")]
    assert reconcile_submeters(_asked(main_meter=main), NOW, CALENDAR)["gap_kwh"] == 200
    late = [_row("1", 500), _row("2", 300, to_on="2026-05-31T12:00:00+08:00")]
    assert reconcile_submeters(_asked(sub_meters=late), NOW, CALENDAR)["timing_kwh"] == 4.92


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"main_meter": []}, {"row_id": "main", "problem": "no_meters"}),
        ({"sub_meters": []}, {"row_id": "zong", "problem": "no_meters"}),
        ({"sub_meters": [_row("1", 5, to_on=None)]}, {"row_id": "1", "problem": "incomplete"}),
        ({"sub_meters": [_row("1", -5)]}, {"row_id": "1", "problem": "reading_falls"}),
        ({"points": [{"point_id": "lift", "kw": 3}]}, {"row_id": "lift", "problem": "point_wrong"}),
        (
            {"points": [{"point_id": "l", "kw": 3, "hours": 1, "used_by": ["9"]}]},
            {"row_id": "l", "problem": "unknown_user"},
        ),
    ],
)
def test_rows_that_are_wrong_come_back_and_no_figure_does(changes: Facts, wrong: Facts) -> None:
    found = reconcile_submeters(_asked(**changes), NOW, CALENDAR)
    assert wrong in found["meters_wrong"] and found["shares"] == []  # type: ignore[operator]
    assert found["gap_kwh"] is None
