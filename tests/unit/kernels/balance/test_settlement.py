"""Rooftop solar: nothing appears or vanishes, neither energy nor money, whatever the rule and whoever comes first."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wanjia.kernels.balance.submeters.settlement import SOLAR_RULES, UNITS_KWH, Prices, Tenant, settle

HOUSE = st.integers(1, 12).flatmap(
    lambda slots: st.tuples(
        st.lists(st.integers(0, 5_000_000), min_size=slots, max_size=slots),
        st.lists(st.lists(st.integers(0, 3_000_000), min_size=slots, max_size=slots), min_size=1, max_size=5),
    )
)
PRICE = st.integers(0, 150).map(lambda cents: Fraction(cents, 100))


def _tenants(uses: list[list[int]], prices: list[Fraction]) -> list[Tenant]:
    each = Fraction(1, len(uses) + 1)
    return [Tenant(f"t{at}", tuple(use), prices[at % len(prices)], each) for at, use in enumerate(uses)]


@settings(max_examples=120, deadline=None)
@given(HOUSE, st.lists(PRICE, min_size=1, max_size=3), PRICE, st.sampled_from(SOLAR_RULES), st.booleans())
def test_energy_and_money_close(house, prices, grid, rule, with_bill) -> None:  # type: ignore[no-untyped-def]
    made, uses = house
    bill = Fraction(12345, 100) if with_bill else None
    found = settle(made, _tenants(uses, prices), rule, Prices((grid,) * len(made), Fraction(2, 5), bill))
    assert found.generation == sum(made) == found.on_spot + found.fed_in and found.fed_in >= 0
    assert found.on_spot == sum(one.solar for one in found.accounts)
    for one, use in zip(found.accounts, uses, strict=True):
        assert one.use == sum(use) == one.solar + one.grid and min(one.solar, one.grid) >= 0
    paid = sum(one.fen for one in found.accounts)
    assert paid + found.feed_in_fen == found.owner_fen + found.grid_fen
    bought = sum(one.grid for one in found.accounts)
    if bill is not None and bought and grid:
        assert found.grid_fen == 12345
    if rule != "fixed":
        idle = sum(max(0, m - sum(use[at] for use in uses)) for at, m in enumerate(made))
        assert rule == "fixed_then_use" or found.fed_in == idle


@settings(max_examples=60, deadline=None)
@given(HOUSE, st.lists(PRICE, min_size=1, max_size=3), st.sampled_from(SOLAR_RULES), st.randoms(use_true_random=False))
def test_the_order_of_tenants_changes_nothing(house, prices, rule, chance) -> None:  # type: ignore[no-untyped-def]
    made, uses = house
    tenants = _tenants(uses, prices)
    mixed = list(tenants)
    chance.shuffle(mixed)
    at = Prices((Fraction(4, 5),) * len(made), Fraction(2, 5))
    first, second = settle(made, tenants, rule, at), settle(made, mixed, rule, at)
    assert {one.tenant: one for one in first.accounts} == {one.tenant: one for one in second.accounts}
    assert (first.fed_in, first.owner_fen) == (second.fed_in, second.owner_fen)


def test_what_shares_leave_unused_by_hand() -> None:
    """10 kWh, a 50 % for 2 kWh, b 30 % for 9 kWh: fixed gives 2 and 3; then what is left goes to b, up to 8."""
    unit = UNITS_KWH
    tenants = [
        Tenant("a", (2 * unit,), Fraction(1, 2), Fraction(1, 2)),
        Tenant("b", (9 * unit,), Fraction(1, 2), Fraction(3, 10)),
    ]
    prices = Prices((Fraction(1),), Fraction(0))
    fixed, then = settle([10 * unit], tenants, "fixed", prices), settle([10 * unit], tenants, "fixed_then_use", prices)
    assert [one.solar // unit for one in fixed.accounts] == [2, 3] and fixed.fed_in == 5 * unit
    assert [one.solar // unit for one in then.accounts] == [2, 8] and then.fed_in == 0
    assert [one.fen for one in then.accounts] == [100, 500]


def test_prices_by_interval() -> None:
    tenant = Tenant("a", (UNITS_KWH, UNITS_KWH), Fraction(0))
    found = settle([0, 0], [tenant], "by_use", Prices((Fraction("0.3"), Fraction("1.1"))))
    assert (found.accounts[0].grid_fen, found.accounts[0].without_fen) == (140, 140)


@pytest.mark.parametrize(
    ("made", "tenant"),
    [([1, 2], Tenant("a", (1,), Fraction(0))), ([-1], Tenant("a", (1,), Fraction(0))),
     ([1], Tenant("a", (-1,), Fraction(0))), ([1], Tenant("a", (1,), Fraction(0), Fraction(2)))],
)  # fmt: skip
def test_figures_that_cannot_be(made: list[int], tenant: Tenant) -> None:
    with pytest.raises(ValueError, match="curve|energy|shares"):
        settle(made, [tenant], "fixed", Prices((Fraction(0),) * len(made)))
