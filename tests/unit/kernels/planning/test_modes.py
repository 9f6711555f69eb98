"""The modes that a network proposes, and a made month."""

from pathlib import Path

import numpy as np
import pytest

from wanjia.adapters.grid_files.folder import read_network
from wanjia.kernels.planning.plans.earliest import earliest, earliest_with_means
from wanjia.kernels.planning.plans.placing import figures
from wanjia.kernels.planning.problem import price
from wanjia.kernels.planning.works.compiling import compile_works
from wanjia.kernels.planning.works.making import Sizes, make_month
from wanjia.kernels.planning.works.modes import Grid, Job, propose
from wanjia.kernels.topology.making import make_network
from wanjia.model.works import MODES, Mode

CASES = Path(__file__).parents[3] / "cases" / "planning"


@pytest.fixture(scope="module")
def tied() -> Grid:
    return grid_of("tie_takes_over")


def grid_of(case: str, **spare: float) -> Grid:
    network = read_network(CASES / case / "network").network
    assert network is not None
    return Grid.of(network, spare)


def proposed(grid: Grid, device: str, hours: float = 4.0) -> dict[str, Mode]:
    return {mode.kind: mode for mode in propose(grid, Job(device, hours))}


def test_an_outage_darkens_the_section_and_all_behind_it(tied: Grid) -> None:
    assert proposed(tied, "L1")["outage"].dark == ("D1", "D2", "D3")
    assert proposed(tied, "L2")["outage"].dark == ("D2", "D3")
    assert proposed(tied, "T2")["outage"].dark == ("D2", "D3")


def test_a_tie_takes_over_what_lies_beyond_the_section(tied: Grid) -> None:
    mode = proposed(tied, "L1")["transfer"]
    assert (mode.dark, mode.gap) == (("D1",), ("D2", "D3"))
    assert mode.takes_over == (("TIE", 480.0),)
    assert mode.gap_hours == ((0.0, 0.25), (4.25, 4.5))
    assert "transfer" not in proposed(tied, "L2")


def test_a_tie_that_is_too_small_takes_over_nothing() -> None:
    assert "transfer" not in proposed(grid_of("tie_takes_over", TIE=400.0), "L1")


def test_works_that_darken_an_end_of_a_tie_cut_it(tied: Grid) -> None:
    assert proposed(tied, "L3")["outage"].cuts == ("TIE",)
    assert proposed(tied, "T1")["outage"].cuts == ("TIE",)
    assert proposed(tied, "L1")["live_line"].cuts == ()


def test_trucks_feed_the_districts_with_most_households_after_the_ties(tied: Grid) -> None:
    [one] = [mode for mode in propose(tied, Job("L1", 4.0)) if mode.kind == "generator"]
    assert (one.dark, one.gap, one.needs[0].count) == ((), ("D1", "D2", "D3"), 1)
    poles = grid_of("poles_on_a_road")
    trucks = [mode for mode in propose(poles, Job("L3", 4.0)) if mode.kind == "generator"]
    assert [(mode.needs[0].count, mode.gap) for mode in trucks] == [
        (1, ("D2",)),
        (2, ("D2", "D3")),
        (4, ("D1", "D2", "D3", "D4")),
    ]


def test_what_does_not_fit_a_day_or_was_not_asked_for_is_not_proposed(tied: Grid) -> None:
    kinds = [mode.kind for mode in propose(tied, Job("L1", 8.0, MODES, 9.0))]
    assert kinds == ["outage", "bypass", "generator", "transfer"]
    assert [mode.kind for mode in propose(tied, Job("L1", 8.0, ("outage", "bypass")))] == ["outage", "bypass"]


def test_an_unknown_device_is_no_device(tied: Grid) -> None:
    with pytest.raises(KeyError):
        propose(tied, Job("L99", 4.0))


def test_a_made_month_can_be_planned_and_is_the_same_again() -> None:
    network = make_network(400, np.random.default_rng(3))
    sizes = Sizes(works=25, crews=8, trucks=2, bases=2, days=12, blackouts=4, double_sources=4)
    listed, again = (make_month(network, np.random.default_rng(5), sizes) for _ in range(2))
    assert listed == again
    made = compile_works(listed)
    assert made.compiled is not None, made.faults
    plain, better = earliest(made.compiled), earliest_with_means(made.compiled)
    assert price(made.compiled.problem, plain.choice).is_feasible
    before, after = (figures(made.compiled, one.choice).district_hours for one in (plain, better))
    assert after < before
