"""Figures of districts and microgrids as people enter them."""

from datetime import UTC, datetime

import pytest

from tests.support.processes import CALENDAR
from wanjia.practice.districts import events_fell, microgrid_together

NOW = datetime(2026, 6, 2, 1, 0, tzinfo=UTC)


def test_a_fall_is_told_in_percent_and_held_against_chance() -> None:
    asked = {"before": 9, "days_before": 60, "after": 1, "days_after": 60}
    assert events_fell(asked, NOW, CALENDAR) == {
        "fall_percent": 88.9, "chance_percent": 1.1, "more_than_chance": True,
    }  # fmt: skip
    assert events_fell({**asked, "before": 3}, NOW, CALENDAR)["more_than_chance"] is False
    assert events_fell({**asked, "before": 0}, NOW, CALENDAR)["fall_percent"] is None
    with pytest.raises(ValueError, match="no figure"):
        events_fell({**asked, "before": None}, NOW, CALENDAR)


def test_a_round_of_a_microgrid() -> None:
    flows = {
        "generation_kwh": 3000, "charge_kwh": 800, "discharge_kwh": 720, "charging_kwh": 900, "other_use_kwh": 1900,
        "from_grid_kwh": 200, "to_grid_kwh": 300, "stored_before_kwh": 40, "stored_now_kwh": 60,
    }  # fmt: skip
    assert microgrid_together(flows, NOW, CALENDAR) == {
        "in_kwh": 3920, "out_kwh": 3900, "loss_kwh": 20, "loss_percent": 0.5, "own_use_percent": 90,
        "self_supply_percent": 92.9, "round_trip_percent": 92.5,
    }  # fmt: skip
    with pytest.raises(ValueError, match="no figure"):
        microgrid_together({**flows, "to_grid_kwh": "much"}, NOW, CALENDAR)
