"""A network sensed part by part gives what it gives sensed as a whole."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.towns import made_towns
from wanjia.kernels.sensing.grid import Grid, build_grid
from wanjia.kernels.sensing.nouns import LEVELS, Batch, Change
from wanjia.kernels.sensing.parting import Part, joined, parts_of, places_of, plans_within
from wanjia.kernels.sensing.step import begin_state, sensor_of, step
from wanjia.kernels.sensing.storms import Made, Storm, make_storm

GRID = build_grid(made_towns((2, 3, 3, 8), (1, 2, 3, 8), (3, 2, 2, 8), (1, 1, 1, 8)))
PARTS = parts_of(GRID)
STORM = Storm(outages=5, planned=2, silent_districts=4, silent_share=0.4, stray_share=0.03)
BEGINS_AT = 1_780_000_000_000


def whole(made: Made) -> list[Change]:
    """As one grid, numbered as parts are."""
    _, changes = step(sensor_of(GRID, made.plans), begin_state(GRID, BEGINS_AT), made.batch, made.ends_at)
    part = {int(row): at for at, one in enumerate(PARTS) for row in one.grid.district}
    return joined((part[change.outage.districts[0]], change) for change in changes)


def by_parts(made: Made, cuts: Sequence[int]) -> list[Change]:
    """Each part by itself, in batches that end at these times."""
    part_of, slot = places_of(GRID, PARTS)
    found: list[tuple[int, Change]] = []
    for at, part in enumerate(PARTS):
        mine = part_of[made.batch.slot] == at
        batch = Batch(*(column[mine] for column in vars(made.batch).values()))
        batch = replace(batch, slot=slot[batch.slot])
        sensor, state, done = sensor_of(part.grid, plans_within(part, made.plans)), begin_state(part.grid, BEGINS_AT), 0
        for now in [*sorted(cuts), made.ends_at]:
            end = int(np.searchsorted(batch.received, now, side="right"))
            cut = Batch(*(column[done:end] for column in vars(batch).values()))
            state, changes = step(sensor, state, cut, now)
            found += [(at, change) for change in changes]
            done = end
    return joined(found)


@settings(max_examples=12, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.lists(st.floats(0.0, 1.0), max_size=6))
def test_parts_give_what_the_whole_gives(seed: int, shares: list[float]) -> None:
    made = make_storm(GRID, STORM, seed, BEGINS_AT)
    cuts = [BEGINS_AT + round(share * (made.ends_at - BEGINS_AT)) for share in shares]
    expected = whole(made)
    assert by_parts(made, cuts) == expected
    assert any(change.what == "announced" for change in expected)


def test_a_part_is_what_one_source_feeds() -> None:
    assert [(one.begin, one.end) for one in PARTS] == [(0, 18), (18, 24), (24, 36), (36, 37)]
    assert [LEVELS[one.grid.level[0]] for one in PARTS[:3]] == ["source", "feeder", "source"]
    assert sum(one.grid.meters for one in PARTS) == GRID.meters
    part_of, slot = places_of(GRID, PARTS)
    for at, one in enumerate(PARTS):
        devices = one.grid.meters + one.grid.districts
        assert sorted(slot[part_of == at].tolist()) == list(range(devices))


def test_the_same_names_and_customers_as_in_the_whole() -> None:
    names = [name for one in PARTS for name in one.grid.device_ids]
    assert names == list(GRID.device_ids)
    assert np.concatenate([one.grid.customers for one in PARTS]).tolist() == GRID.customers.tolist()
    assert _rows(PARTS) == GRID.district.tolist()


def _rows(parts: Sequence[Part]) -> list[int]:
    grids: list[Grid] = [one.grid for one in parts]
    return [int(row) for grid in grids for row in grid.district]
