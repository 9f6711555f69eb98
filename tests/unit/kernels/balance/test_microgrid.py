"""A microgrid's flows held against each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanjia.kernels.balance.advice.microgrid import Flows, together

KWH = st.integers(0, 10**8).map(lambda wh: wh / 100)


def test_a_month_by_hand() -> None:
    """3,000 kWh from the roofs, 800 into the battery, 720 out of it, 900 charged, 1,900 used, 200 bought, 300 sold."""
    found = together(Flows(3000, 800, 720, 900, 1900, 200, 300, stored_before=40, stored_now=60))
    assert (found.in_kwh, found.out_kwh, found.loss_kwh) == (3920, 3900, 20)
    assert found.loss_share == pytest.approx(20 / 3920)
    assert found.own_share == pytest.approx(0.9)
    assert found.self_supply == pytest.approx(2600 / 2800)
    assert found.round_trip == pytest.approx(740 / 800)


def test_nothing_ran() -> None:
    found = together(Flows(0, 0, 0, 0, 0, 0, 0))
    assert (found.loss_kwh, found.loss_share, found.own_share, found.self_supply, found.round_trip) == (0, *[None] * 4)
    with pytest.raises(ValueError, match="in their direction"):
        together(Flows(-1, 0, 0, 0, 0, 0, 0))


@given(flows=st.tuples(*[KWH] * 7), factor=st.sampled_from([0.001, 1000]))
def test_another_unit_changes_no_share(flows, factor) -> None:
    one, other = together(Flows(*flows)), together(Flows(*(factor * flow for flow in flows)))
    assert other.loss_kwh == pytest.approx(factor * one.loss_kwh, abs=1e-6)
    for name in ("own_share", "self_supply"):
        ours, theirs = getattr(one, name), getattr(other, name)
        assert (ours is None) == (theirs is None) and (ours is None or 0 <= ours <= 1)
        assert ours is None or theirs == pytest.approx(ours)
