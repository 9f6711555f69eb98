"""A project against its hard date: what is left, what decides it, and what would have to get shorter."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.processes import CALENDAR
from wanjia.model.jsonvalue import Facts
from wanjia.practice.progress import forecast_steps

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
STEPS: list[Facts] = [
    {"step_id": "1", "step": "基础", "days": 3, "days_least": 2},
    {"step_id": "2", "step": "敷设", "days": 2, "days_least": 1, "after": ["1"]},
    {"step_id": "3", "step": "安装", "days": 1, "after": ["1"]},
    {"step_id": "4", "step": "送电", "days": 1, "after": ["2", "3"]},
]


def ask(left: dict[str, int] | None = None, **changes: object) -> Facts:
    rows = [{**row, **({"days_left": (left or {})[str(row["step_id"])]} if str(row["step_id"]) in (left or {}) else {})}
            for row in STEPS]  # fmt: skip
    asked = {"steps": rows, "first_on": "2026-02-28", "hard_on": "2026-03-06", "every_day": True, **changes}
    return forecast_steps(asked, NOW, CALENDAR)  # type: ignore[arg-type]


def test_a_plan_of_every_day_says_what_decides_and_what_is_to_spare() -> None:
    found = ask()
    assert (found["forecast_on"], found["days_to_spare"], found["open_steps"]) == ("2026-03-05", 1, 4)
    assert (found["path"], found["decides"], found["can_make_it"]) == ("基础 → 敷设 → 送电", "基础", True)
    rows = found["step_plan"]
    assert isinstance(rows, list)
    plan = {str(row["step_id"]): row for row in rows if isinstance(row, dict)}
    assert (plan["3"]["starts_on"], plan["3"]["slack_days"], plan["3"]["critical"]) == ("2026-03-03", 1, False)


def test_what_is_left_is_reckoned_and_what_is_done_takes_no_time() -> None:
    found = ask({"1": 0, "2": 1}, first_on="2026-03-02")
    assert (found["forecast_on"], found["days_to_spare"], found["open_steps"]) == ("2026-03-03", 3, 3)
    done = ask(dict.fromkeys("1234", 0), first_on="2026-03-04")
    assert (done["forecast_on"], done["days_to_spare"], done["open_steps"]) == ("2026-03-03", 3, 0)
    assert done["path"] == done["decides"] == "" and done["can_make_it"] is True


@pytest.mark.parametrize(("hard", "spare", "can", "cuts"), [
    ("2026-03-04", -1, True, "基础 3→2"), ("2026-03-03", -2, True, "基础 3→2; 敷设 2→1"),
    ("2026-03-01", -4, False, "基础 3→2; 敷设 2→1"),
])  # fmt: skip
def test_a_date_that_is_missed_names_what_must_get_shorter(hard: str, spare: int, can: bool, cuts: str) -> None:
    found = ask(hard_on=hard)
    assert (found["days_to_spare"], found["can_make_it"], found["cuts"]) == (spare, can, cuts)


def test_days_of_rest_count_only_where_work_goes_on() -> None:
    found = ask(every_day=False)
    first, last = CALENDAR.working_day_from(date(2026, 2, 28), 0), date.fromisoformat(str(found["forecast_on"]))
    assert CALENDAR.count_working(first, last) == 6


@pytest.mark.parametrize(("row", "problem"), [
    ({"step_id": "1", "days": 1}, "repeated"), ({"step_id": "5", "days": 1, "after": ["9"]}, "unknown_before"),
    ({"step_id": "5", "days": 1, "days_left": -2}, "days_wrong"), ({"step_id": "5"}, "days_wrong"),
])  # fmt: skip
def test_rows_that_are_no_plan_come_back(row: Facts, problem: str) -> None:
    found = ask(steps=[*STEPS, row])
    assert found["steps_wrong"] == [{"step_id": row["step_id"], "problem": problem}]
    assert found["forecast_on"] is None and found["step_plan"] == []
    with pytest.raises(ValueError):
        ask(hard_on="soon")


@given(left=st.fixed_dictionaries({one: st.integers(0, 5) for one in "1234"}), more=st.integers(0, 5))
@settings(max_examples=30, deadline=None)
def test_more_left_never_ends_earlier_and_nothing_is_cut_without_need(left: dict[str, int], more: int) -> None:
    before, after = ask(left), ask({**left, "2": left["2"] + more})
    assert str(before["forecast_on"]) <= str(after["forecast_on"])
    moved = date.fromisoformat(str(after["forecast_on"])) - date.fromisoformat(str(before["forecast_on"]))
    assert moved <= timedelta(days=more)
    spare = after["days_to_spare"]
    if isinstance(spare, int) and spare >= 0:
        assert after["can_make_it"] is True and after["cuts"] == ""
