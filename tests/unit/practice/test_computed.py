"""Schemes compared and dated as a practice sees them: rows in, rows out, faults of the rows named."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.support.processes import CALENDAR
from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.computed import compare_schemes, date_scheme, today, working_days_since

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SCHEMES: Json = [{"id": "A", "name": "从楼道取电", "resident_yuan": 0}, {"id": "B", "name": "新立专用箱变"}]
STEPS: list[Json] = [
    {"scheme_id": "A", "step_id": "1", "step": "勘查", "days": 2, "days_least": 1, "responsible": "供电所"},
    {"scheme_id": "A", "step_id": "2", "step": "审批", "days": 10, "days_least": 5, "after": ["1"]},
    {"scheme_id": "A", "step_id": "3", "step": "备料", "days": 4, "after": ["1"]},
    {"scheme_id": "A", "step_id": "4", "step": "施工", "days": 6, "days_least": 5, "after": ["2", "3"]},
    {"scheme_id": "B", "step_id": "1", "step": "设计", "days": 20},
]


def test_schemes_stand_beside_each_other() -> None:
    found = compare_schemes({"schemes": SCHEMES, "steps": STEPS, "shorter_percent": 30}, NOW, CALENDAR)
    first, second = found["options"]  # type: ignore[misc]
    assert first == {
        "id": "A", "name": "从楼道取电", "resident_yuan": 0, "days_total": 18, "path": "勘查 → 审批 → 施工",
        "decides": "审批", "decides_days": 6, "target_days": 12, "shorter_possible": True, "days_off": 6,
        "cuts": first["cuts"],
    }  # fmt: skip
    assert "审批 10→5" in first["cuts"] and found["steps_wrong"] == []
    assert (second["days_total"], second["shorter_possible"], second["decides"]) == (20, False, "设计")
    plan = {(row["scheme_id"], row["step_id"]): row for row in found["step_plan"]}  # type: ignore[index,union-attr,call-overload]
    assert (plan["A", "3"]["begins_day"], plan["A", "3"]["slack_days"], plan["A", "3"]["critical"]) == (2, 6, False)


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        ([{"scheme_id": "C", "step_id": "1", "days": 1}, *STEPS], ("C", "1", "unknown_scheme")),
        (STEPS[:4], ("B", "", "no_steps")),
        ([*STEPS, {"scheme_id": "B", "step_id": "1", "days": 1}], ("B", "1", "repeated")),
        ([*STEPS, {"scheme_id": "B", "step_id": "2", "days": 1, "after": ["9"]}], ("B", "2", "unknown_before")),
        ([*STEPS, {"scheme_id": "B", "step_id": "2", "days": 1, "after": ["2"]}], ("B", "2", "circle")),
        ([*STEPS, {"scheme_id": "B", "step_id": "2", "days": 1, "days_least": 3}], ("B", "2", "least_above_days")),
        ([*STEPS, {"scheme_id": "B", "step_id": "2"}], ("B", "2", "days_wrong")),
    ],
)
def test_rows_that_are_no_plan_come_back_named(steps: list[Json], problem: tuple[str, str, str]) -> None:
    found = compare_schemes({"schemes": SCHEMES, "steps": steps, "shorter_percent": 30}, NOW, CALENDAR)
    scheme, step, kind = problem
    assert {"scheme_id": scheme, "step_id": step, "problem": kind} in found["steps_wrong"]  # type: ignore[operator]
    assert found["options"] == found["step_plan"] == []


@pytest.mark.parametrize(("shortened", "days"), [(False, 18), (True, 12)])
def test_a_scheme_is_dated_by_working_days(shortened: bool, days: int) -> None:
    asked: Facts = {
        "steps": STEPS, "scheme": "A", "first_on": "2026-02-28", "shortened": shortened, "shorter_percent": 30
    }  # fmt: skip
    found = date_scheme(asked, NOW, CALENDAR)
    plan = found["plan"]
    assert isinstance(plan, list) and found["plan_days"] == days
    rows: list[Facts] = [row for row in plan if isinstance(row, dict)]
    first = CALENDAR.working_day_from(date(2026, 2, 28), 0)
    assert rows[0]["starts_on"] == first.isoformat() and rows[0]["responsible"] == "供电所"
    last = date.fromisoformat(str(found["plan_ends_on"]))
    assert CALENDAR.count_working(first, last) == days
    by_id = {str(row["step_id"]): row for row in rows}
    for row in rows:
        starts, ends = (date.fromisoformat(str(row[key])) for key in ("starts_on", "ends_on"))
        assert CALENDAR.is_working(starts) and CALENDAR.is_working(ends)
        assert CALENDAR.count_working(starts, ends) == row["days"]
        after = row.get("after")
        for before in after if isinstance(after, list) else []:
            assert str(by_id[str(before)]["ends_on"]) < starts.isoformat()


def test_what_has_no_answer_is_no_answer() -> None:
    with pytest.raises(ValueError):
        date_scheme({"steps": STEPS, "scheme": "Z", "first_on": "2026-03-02", "shorter_percent": 30}, NOW, CALENDAR)
    with pytest.raises(ValueError):
        date_scheme({"steps": STEPS, "scheme": "A", "first_on": "soon", "shorter_percent": 30}, NOW, CALENDAR)
    with pytest.raises(ValueError):
        working_days_since({"day": "yesterday"}, NOW, CALENDAR)


def test_days_of_the_calendar() -> None:
    assert today({}, NOW, CALENDAR) == {"today": "2026-03-02"}
    for day, expected in (("2026-03-02", 0), ("2026-03-09", 0), ("2026-02-27", CALENDAR.count_working(
        date(2026, 2, 27) + timedelta(days=1), date(2026, 3, 2)))):  # fmt: skip
        assert working_days_since({"day": day}, NOW, CALENDAR) == {"working_days": expected}
