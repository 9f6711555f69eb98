"""Load shapes, tariffs by the hour, transformers and roofs: figures reckoned by hand, and laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.homes import homes, with_values
from wanjia.kernels.balance.advice.shapes import (
    TRANSFORMER_SIZES,
    Load,
    Period,
    hour_prices,
    load_of,
    shifting,
    sizing,
)
from wanjia.kernels.balance.advice.solar import MONTH_DAYS, Prices, best_fit, fit, sizes, sun

EVEN = Load(np.full((2, 24), 2.0), 4.0)
TARIFF = (Period("peak", 8, 20, 1.0), Period("flat", 20, 22, 0.6), Period("valley", 22, 8, 0.3))
loads = st.lists(st.floats(0, 500), min_size=48, max_size=48).map(
    lambda values: Load(np.reshape(values, (2, 24)), max(values))
)


def test_an_even_load_by_hand() -> None:
    assert EVEN.mean_kw == 2 and EVEN.load_factor == 0.5 and EVEN.year_kwh == 2 * 24 * 365
    month = 2 * 365 / 12
    found = shifting(EVEN, TARIFF, 0.7, 0.25)
    assert found.kwh == pytest.approx({"peak": 12 * month, "flat": 2 * month, "valley": 10 * month})
    assert found.flat_yuan == pytest.approx(24 * month * 0.7)
    assert found.tariff_yuan == pytest.approx(month * (12 * 1.0 + 2 * 0.6 + 10 * 0.3))
    assert found.moved_kwh == pytest.approx(3 * month) and found.moved_yuan == pytest.approx(3 * month * 0.7)


def test_a_load_is_read_from_the_curve_of_a_meter() -> None:
    curves = homes(1, 14)
    values = np.where(curves.line.rest[curves.line.day], 1.0, 0.25)[None].astype(float)
    values[0, 50] = np.nan
    values[0, 60] = 3.0
    found = load_of(with_values(curves, values))
    assert found is not None and found.maximum_kw == 12
    assert found.kw[1] == pytest.approx(np.full(24, 4.0)) and found.kw[0][10] == pytest.approx(1.0)
    assert found.kw[0][15] == pytest.approx(1.0 + 11 / 40), "one high interval of ten workdays' four"


def test_an_hour_without_any_reading_makes_no_load() -> None:
    curves = homes(1, 14)
    values = curves.values.copy()
    values[0, curves.line.slot // 4 == 3] = np.nan
    assert load_of(with_values(curves, values)) is None
    workdays = homes(1, 5)
    found = load_of(workdays)
    assert found is not None and (found.kw[0] == found.kw[1]).all(), "no day of rest seen"


@pytest.mark.parametrize(
    "periods",
    [TARIFF[:2], (*TARIFF, Period("extra", 3, 4, 1.0)), ()],
)
def test_periods_must_cover_the_day_once(periods: tuple[Period, ...]) -> None:
    assert hour_prices(periods) is None
    with pytest.raises(ValueError, match="exactly once"):
        shifting(EVEN, periods, 0.5, 0.1)


def test_a_period_may_pass_midnight_or_last_all_day() -> None:
    assert Period("v", 22, 2, 0.3).hours == (22, 23, 0, 1)
    assert len(Period("all", 0, 0, 0.3).hours) == 24 and len(Period("all", 0, 24, 0.3).hours) == 24


@given(loads, st.floats(0.1, 2), st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_one_price_all_day_saves_nothing_and_parts_add_up(load: Load, yuan: float, share: float) -> None:
    found = shifting(load, (Period("a", 0, 9, yuan), Period("b", 9, 24, yuan)), yuan, share)
    assert found.tariff_yuan == pytest.approx(found.flat_yuan) and found.moved_yuan == 0
    by_hour = shifting(load, TARIFF, yuan, share)
    assert sum(by_hour.kwh.values()) == pytest.approx(load.year_kwh / 12)


def test_a_transformer_carries_the_demand_at_the_wanted_utilisation() -> None:
    found = sizing(240, 0.9, 0.7, 630, 0, 0)
    assert found.need_kva == pytest.approx(266.67, abs=0.01) and found.size_kva == 400
    assert found.used == pytest.approx(0.4233, abs=1e-4) and (found.basis, found.saving_yuan) == ("none", 0)


def test_the_charge_by_demand_is_less_for_a_transformer_that_is_too_large() -> None:
    found = sizing(240, 0.9, 0.7, 630, 23, 34.5)
    assert (found.basis, found.saving_yuan) == ("demand", pytest.approx(630 * 23 - 252 * 34.5)), "40 % at least"
    full = sizing(560, 0.95, 0.8, 630, 23, 34.5)
    assert (full.basis, full.saving_yuan) == ("capacity", pytest.approx(560 * 34.5 - 630 * 23))


@given(st.floats(0.1, 20_000), st.floats(0.6, 1), st.floats(0.3, 1))
@settings(max_examples=50)
def test_a_size_is_the_least_that_carries(maximum: float, factor: float, utilisation: float) -> None:
    found = sizing(maximum, factor, utilisation, 0, 0, 0)
    asked = maximum / factor / utilisation
    assert found.size_kva >= asked - 1e-6 and found.used == 0
    if asked <= TRANSFORMER_SIZES[-1]:
        smaller = [size for size in TRANSFORMER_SIZES if size < found.size_kva]
        assert not smaller or smaller[-1] < asked


def test_the_sun_is_high_in_june_and_a_year_is_its_yield() -> None:
    day = sun(30.0, 1000)
    assert float((day.sum(axis=1) * MONTH_DAYS).sum()) == pytest.approx(1000)
    assert day.sum(axis=1).argmax() == 5 and day.sum(axis=1).argmin() == 11
    assert (day[:, :4] < 1e-6).all() and (day.argmax(axis=1) // 1 >= 11).all() and (day.argmax(axis=1) <= 12).all()
    assert day == pytest.approx(day[:, ::-1]), "morning as afternoon"
    assert sun(60.0, 1000)[11].sum() < day[11].sum() / 2


def test_a_small_roof_on_an_even_load_is_used_whole() -> None:
    day = sun(25.0, 1100)
    one = fit(EVEN, day, 1.0, Prices([0.8] * 24, 0.4, 3000))
    assert one.made_kwh == pytest.approx(1100) == one.used_kwh
    assert one.saved_yuan == pytest.approx(1100 * 0.8 - 30) and one.payback_years == pytest.approx(3000 / 850)


@given(loads, st.floats(0, 3000), st.floats(0.0, 0.5))
@settings(max_examples=25, deadline=None)
def test_more_roof_never_earns_less_and_nothing_is_used_that_is_not_there(
    load: Load, roof: float, feed_in: float
) -> None:
    day = sun(28.0, 1000)
    prices = Prices([0.7] * 24, feed_in, 3500)
    small, large = best_fit(load, day, roof / 2, prices), best_fit(load, day, roof, prices)
    earned = [one.saved_yuan * prices.years - one.spent_yuan for one in (small, large)]
    assert earned[1] >= earned[0] - 1e-6
    assert large.used_kwh <= min(large.made_kwh, load.year_kwh) + 1e-6 and large.kw <= roof


def test_where_nothing_earns_its_price_no_roof_is_proposed() -> None:
    none = best_fit(EVEN, sun(25.0, 1000), 50, Prices([0.1] * 24, 0.0, 9000))
    assert (none.kw, none.payback_years) == (0, None)
    night = Load(np.tile(np.where(np.arange(24) < 5, 3.0, 0.0), (2, 1)), 3.0)
    assert best_fit(night, sun(25.0, 1000), 50, Prices([0.8] * 24, 0.0, 3000)).kw == 0


def test_sizes_end_at_the_roof() -> None:
    assert sizes(0.5) == () and sizes(3.2) == (1, 2, 3) and sizes(31)[-3:] == (20, 25, 30)
