"""A company's own network comes in: its districts find their cells, or the whole is refused with the list."""

from dataclasses import replace

import numpy as np
import pytest

from tests.support.outages import world_network
from tests.support.rows import denied, refused
from tests.support.world import World
from wanjia.actions.network.enter_districts import enter_districts
from wanjia.actions.network.install_network import install_network
from wanjia.model.actors import SYSTEM, Actor
from wanjia.model.network import Network, words
from wanjia.records.network.models import DistrictState, Feeder, NetworkModel, TransformerDistrict

NEW = ("N-1", "N-2")
HERE = (119.91, 29.91)
"""In the first station's first cell of the world."""


def own_network(place: tuple[float, float] = HERE, feeder: str = "F900") -> Network:
    """Two districts of the company's own tables, both at one place."""
    made = world_network(NEW)
    districts = replace(
        made.districts, feeder=words([feeder] * 2), name=words(["河东台区", ""]), longitude=np.full(2, place[0]),
        latitude=np.full(2, place[1]), capacity_kva=np.array([315.0, np.nan]),
    )  # fmt: skip
    return replace(made, districts=districts)


def test_districts_find_their_cells_and_the_network_is_installed(world: World) -> None:
    network, today = own_network(), world.now.date()
    with refused("network.districts_unknown"):
        install_network(network, "d" * 64, "network/d", SYSTEM, world.now)
    assert enter_districts(network, SYSTEM, world.now, today) == 2
    row = TransformerDistrict.objects.get(code="N-1")
    neighbour = TransformerDistrict.objects.get(cell_code=row.cell_code, code__startswith="T-")
    assert row.organisation_id == neighbour.organisation_id
    assert (row.name_zh, row.capacity_kva, row.customers, row.feeder_id) == ("河东台区", 315, 120, "F900")
    assert TransformerDistrict.objects.get(code="N-2").name_zh == "N-2", "a district without a name is called by its id"
    install_network(network, "d" * 64, "network/d", SYSTEM, world.now)
    assert NetworkModel.objects.get(active=True).digest == "d" * 64
    assert set(DistrictState.objects.values_list("district_id", flat=True)) == set(NEW)


def test_entering_again_brings_rows_up_to_date_and_keeps_what_others_gave(world: World) -> None:
    today = world.now.date()
    enter_districts(own_network(), SYSTEM, world.now, today)
    TransformerDistrict.objects.filter(code="N-1").update(name_en="Riverside")
    before = TransformerDistrict.objects.count()
    enter_districts(own_network(feeder="F901"), SYSTEM, world.now, today)
    row = TransformerDistrict.objects.get(code="N-1")
    assert (row.feeder_id, row.name_en, TransformerDistrict.objects.count()) == ("F901", "Riverside", before)
    assert Feeder.objects.filter(code__in=["F900", "F901"]).count() == 2


@pytest.mark.parametrize(
    ("network", "code"),
    [
        (own_network((100.0, 10.0)), "network.districts_outside"),
        (own_network((float("nan"), 29.9)), "network.districts_unplaced"),
        (own_network(feeder=""), "network.districts_without_feeder"),
    ],
)
def test_what_cannot_be_placed_refuses_the_whole(world: World, network: Network, code: str) -> None:
    with refused(code):
        enter_districts(network, SYSTEM, world.now, world.now.date())


def test_only_an_administrator_may(world: World) -> None:
    with denied():
        enter_districts(own_network(), Actor("citizen", ""), world.now, world.now.date())
