"""The demo's lines on a small world: every feeder reaches each of its districts, substations are joined above."""

import numpy as np
import pytest

from tests.support.demo_feeders import add_feeders
from tests.support.world import World
from wanjia.cli.demo.lines import make_lines
from wanjia.records.network.lines import drawn, zones_near
from wanjia.records.network.models import Feeder, PowerLine, TransformerDistrict


@pytest.fixture
def lines(world: World) -> list[PowerLine]:
    PowerLine.objects.all().delete()
    add_feeders()
    make_lines(np.random.default_rng(1), world.now)
    return list(PowerLine.objects.all())


def test_every_district_stands_on_its_feeders_line(lines: list[PowerLine]) -> None:
    assert {row.feeder_id for row in lines if row.feeder_id} == set(
        TransformerDistrict.objects.values_list("feeder", flat=True)
    )
    for row in TransformerDistrict.objects.all():
        near = {one.line: one.distance_m for one in zones_near(row.longitude, row.latitude).near_point(
            row.longitude, row.latitude
        )}  # fmt: skip
        assert near[row.feeder_id] == pytest.approx(0, abs=0.01)


def test_substations_are_joined_and_the_same_seed_gives_the_same_lines(world: World, lines: list[PowerLine]) -> None:
    above = [row for row in lines if not row.feeder_id]
    stations = TransformerDistrict.objects.values("organisation").distinct().count()
    assert len(above) == stations, "a tree, and one line across"
    assert {row.voltage_kv for row in above} <= {35.0, 110.0, 220.0}
    assert all(row.name_zh and row.name_en for row in above) and Feeder.objects.count() >= len(lines) - len(above)
    before = {row.code: [path.tolist() for path in drawn(row).paths] for row in lines}
    make_lines(np.random.default_rng(1), world.now)
    assert {row.code: [path.tolist() for path in drawn(row).paths] for row in PowerLine.objects.all()} == before
