"""Rules of sharing, losses of wires, schedules, ratios: by hand, and what must hold whatever the figures."""

from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.kernels.balance.test_submeters import BEGIN, END, PRICE, figures, meter, meters, percents, points
from wanjia.kernels.balance.submeters.gap import Meter, Point, problems, reconcile
from wanjia.kernels.balance.submeters.loss import Wire, curve_loss_kwh, steady_loss_kwh
from wanjia.kernels.balance.submeters.points import OnTime, hours_in_slots, hours_on
from wanjia.kernels.balance.submeters.ratios import likely
from wanjia.kernels.balance.submeters.sharing import RULES, Party, proposals

SHANGHAI = ZoneInfo("Asia/Shanghai")


@settings(max_examples=80, deadline=None)
@given(figures, meters, points, percents, st.data())
def test_every_rule_shares_the_same_energy_and_money(main, subs, extras, percent, data) -> None:  # type: ignore[no-untyped-def]
    found = reconcile(meter("all", str(main)), subs, extras, percent, PRICE)
    sizes = st.integers(0, 500).map(Fraction)
    parties = [Party(one.id, data.draw(sizes), data.draw(sizes)) for one in subs]
    for one in proposals(found, parties, PRICE):
        assert sum(share.extra for share in one.shares) == sum(share.extra for share in found.shares)
        assert sum(share.fen for share in one.shares) == sum(share.fen for share in found.shares)
        assert all(share.rest >= 0 for share in one.shares)
    assert proposals(found, parties, PRICE)[0].shares == found.shares
    mixed = proposals(found, list(reversed(parties)), PRICE)
    assert mixed == proposals(found, parties, PRICE)


def test_rules_by_hand() -> None:
    """Main 200, sub-meters 60 and 40: 100 to share. Area 1 : 3, persons 4 : 1."""
    found = reconcile(meter("all", 200), [meter("a", 60), meter("b", 40)], [], Fraction(0), PRICE)
    parties = [Party("a", Fraction(50), Fraction(4)), Party("b", Fraction(150), Fraction(1))]
    by_rule = {one.rule: [share.rest for share in one.shares] for one in proposals(found, parties, PRICE)}
    assert by_rule == {
        "by_use": [6000, 4000], "equally": [5000, 5000], "by_area": [2500, 7500], "by_persons": [8000, 2000],
    }  # fmt: skip
    missing = proposals(found, [Party("a", Fraction(1))], PRICE, ("by_area",))[0]
    assert (missing.shares, missing.unknown) == ((), ("b",)) and set(by_rule) == set(RULES)


def test_wires_lose_by_the_square_of_the_current() -> None:
    """50 m of 16 mm2 copper: 50 / 58 / 16 = 0.05388 ohm, out and back at 30 A for 744 h: 72.16 kWh."""
    wire = Wire("riser", 50, 16, current_a=30, hours=744)
    assert steady_loss_kwh(wire) == pytest.approx(2 * 50 / 58 / 16 * 900 * 744 / 1000)
    assert steady_loss_kwh(Wire("r", 50, 16, current_a=60, hours=744)) == pytest.approx(4 * steady_loss_kwh(wire))
    three = Wire("r", 50, 16, "aluminium", 3, 30, 744, temperature_c=45)
    assert steady_loss_kwh(three) == pytest.approx(3 * 0.028264 * (1 + 0.00403 * 25) * 50 / 16 * 900 * 744 / 1000)
    # 220 V x 30 A x 0.9 for an hour is 5.94 kWh; the same energy in half the time loses twice as much.
    even, uneven = curve_loss_kwh(wire, [5.94, 5.94], 60), curve_loss_kwh(wire, [11.88, 0], 60)
    assert even == pytest.approx(2 * 50 / 58 / 16 * 900 * 2 / 1000) and uneven == pytest.approx(2 * even)


def test_a_loss_that_is_known_takes_the_place_of_the_percent() -> None:
    found = reconcile(meter("all", 100), [meter("a", 90)], [], Fraction(50), PRICE, Fraction("3.21"))
    assert (found.loss, found.left) == (321, 679)
    assert reconcile(meter("all", 100), [meter("a", 90)], [], Fraction(0), PRICE, Fraction(40)).loss == 1000


def test_a_register_passes_its_end_once() -> None:
    rolled = Meter("a", Fraction(99_990), Fraction(15), BEGIN, END, Fraction(2), 5)
    assert rolled.is_rolled_over and rolled.used == 5000
    assert problems(meter("all", 99), [rolled], []) == ()


def test_points_by_name() -> None:
    extras = [Point("lift", Fraction(1), Fraction(30)), Point("lamp", Fraction(1), Fraction(10))]
    found = reconcile(meter("all", 120), [meter("a", 100)], extras, Fraction(0), PRICE)
    assert found.by_point == {"lift": 1500, "lamp": 500}


def test_hours_of_a_schedule() -> None:
    first, last = datetime(2026, 5, 1, tzinfo=SHANGHAI), datetime(2026, 6, 1, tzinfo=SHANGHAI)
    night, early = OnTime(time(19), time(5)), OnTime(time(18), time(20))
    assert hours_on([night], first, last, SHANGHAI) == 310
    assert hours_on([night, early], first, last, SHANGHAI) == 31 * 11
    assert hours_on([OnTime(time(0), time(0))], first, last, SHANGHAI) == 744
    # 1 May 2026 is a Friday: ten weekend days.
    assert hours_on([OnTime(time(8), time(12), (6, 7))], first, last, SHANGHAI) == 40


@settings(max_examples=40, deadline=None)
@given(st.times(), st.times(), st.integers(0, 5000), st.sampled_from([15, 30, 60]), st.integers(1, 300))
def test_slots_of_a_schedule_hold_its_hours(begins: time, ends: time, offset: int, minutes: int, slots: int) -> None:
    first = BEGIN + timedelta(minutes=offset)
    times = [OnTime(begins.replace(microsecond=0), ends.replace(microsecond=0))]
    whole = hours_on(times, first, first + timedelta(minutes=minutes * slots), SHANGHAI)
    by_slot = hours_in_slots(times, first, minutes, slots, SHANGHAI)
    assert sum(by_slot) == pytest.approx(float(whole), abs=0.001)
    assert all(-1e-9 <= each <= minutes / 60 + 1e-9 for each in by_slot)


@pytest.mark.parametrize(
    ("ratio", "kind"),
    [(1.5, "phase_missing"), (1.52, "phase_missing"), (3.0, "two_phases_missing"), (2.0, "multiplier"),
     (1.25, "multiplier"), (0.5, "multiplier"), (8.7, "follows")],
)  # fmt: skip
def test_what_a_ratio_looks_like(ratio: float, kind: str) -> None:
    assert likely(ratio).kind == kind and BEGIN.tzinfo == UTC
