"""Titles and letters as people write them: days, instants, figures with units, in the company's zone."""

from functools import cache
from pathlib import Path

import pytest

from tests.support.practices import files_in
from wanjia.model.jsonvalue import Facts
from wanjia.practice.composing import compose
from wanjia.practice.nouns import Practice
from wanjia.practice.reader import read
from wanjia.practice.titles import fact_text, title_of, value_text
from wanjia.practice.wording import Manner, figure_text, written_time

ZONE = "Asia/Shanghai"
CHINESE = Manner("zh-Hans", ZONE, {"m": "米", "yuan": "元", "km": "公里", "working_days": "个工作日"})
ENGLISH = Manner("en", ZONE, {"m": "m", "yuan": "yuan", "km": "km", "working_days": "working days"})
FOLDER = Path(__file__).parents[3] / "practices"


@cache
def practice(name: str) -> Practice:
    found = read(files_in(FOLDER / name)).practice
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("stored", "chinese", "english"),
    [
        ("2026-03-02", "2026年3月2日", "2 March 2026"),
        ("2026-03-02T14:00:00+08:00", "2026年3月2日 14:00", "2 March 2026, 14:00"),
        ("2026-03-02T16:30:00+00:00", "2026年3月3日 00:30", "3 March 2026, 00:30"),
        ("2026-03-02T14:00", "2026年3月2日 14:00", "2 March 2026, 14:00"),
        ("next week", "next week", "next week"),
        ("2026-02-30", "2026-02-30", "2026-02-30"),
        ("", "", ""),
    ],
)
def test_days_and_instants(stored: str, chinese: str, english: str) -> None:
    assert (written_time(stored, CHINESE), written_time(stored, ENGLISH)) == (chinese, english)


def test_figures_have_no_empty_decimals() -> None:
    assert [figure_text(value) for value in (65.0, 65, 5.5, 0.0)] == ["65", "65", "5.5", "0"]


def test_a_title_carries_units() -> None:
    facts: Facts = {"project_name": "港前大道工程", "voltage": "kv10", "length_m": 860.0}
    assert title_of(practice("one_window_review"), facts, CHINESE) == "港前大道工程 10千伏 860 米"
    assert title_of(practice("one_window_review"), {"project_name": "Harbour"}, ENGLISH) == "Harbour"


def test_a_fact_of_a_day_is_written_only_when_the_zone_is_known() -> None:
    review = practice("one_window_review")
    assert fact_text(review, "decided_on", "2026-03-05", "zh-Hans", ZONE) == "2026年3月5日"
    assert fact_text(review, "decided_on", "2026-03-05", "zh-Hans") == "2026-03-05"
    assert fact_text(review, "route", "2026-03-05", "zh-Hans", ZONE) == "2026-03-05"
    rounds = practice("finding_rectification")
    assert value_text(rounds, "measures", "due_on", "2026-03-27", "en", ZONE) == "27 March 2026"


def test_a_letter_names_units_in_its_lists_unless_the_label_does() -> None:
    facts: Facts = {
        "place": {"address": "海棠村 12 号"}, "fault": "socket", "fee_call": 30, "distance_km": 5.5, "km_included": 3,
        "km_price_yuan": 2, "parts_yuan": 18, "fee_total": 53, "paid_yuan": 53, "paid_by": "cash",
        "parts": [{"name": "插座", "quantity": 1, "unit_price_yuan": 18, "amount_yuan": 18}],
    }  # fmt: skip
    repair = practice("behind_meter_repair")
    units = {**CHINESE.units, "yuan/km": "元/公里"}
    letter = compose(repair, "pay_note", facts, {}, Manner("zh-Hans", ZONE, units))
    blocks = letter["blocks"]
    assert isinstance(blocks, list)
    listed = {row[0]: row[1] for block in blocks for row in block.get("facts", [])}
    assert listed[repair.text("facts.fee_total", "zh-Hans")] == "53"  # 应收合计（元）
    assert all(value for label, value in listed.items() if label.startswith("路程"))


def test_large_sums_stand_in_groups_and_other_figures_do_not() -> None:
    assert [figure_text(value, "yuan") for value in (9999, 10_000, 540_000.0, 26800.5, -12_000)] == [
        "9999", "10,000", "540,000", "26,800.5", "-12,000"
    ]  # fmt: skip
    assert figure_text(540_000, "kWh") == figure_text(540_000) == "540000"
    shared = practice("shared_cost_connection")
    assert fact_text(shared, "saving_yuan", 540_000, "en") == "540,000"
    assert fact_text(shared, "capacity_kva", 40_000, "en") == "40000"
    assert value_text(shared, "cost_items", "amount_yuan", 216_000, "en") == "216,000"


def test_yes_and_no_stand_in_words() -> None:
    shared = practice("shared_cost_connection")
    assert [fact_text(shared, "double_source", value, "zh-Hans") for value in (True, False)] == ["是", "否"]
    assert value_text(practice("lift_retrofit"), "options", "shorter_possible", False, "en") == "no"
