"""The demo's network and outages on a small world: they fit its districts, and look like a company's own."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.demo_feeders import DISTRICTS, FEEDERS, add_feeders
from tests.support.world import World
from wanjia.adapters.grid_files.folder import read_network
from wanjia.cli.demo.meters import FILE, read_meters
from wanjia.cli.demo.network import Installed, make_demo_network, make_networks, meter_of
from wanjia.cli.demo.outages import Teller, tell_past
from wanjia.cli.demo.past import make_past
from wanjia.cli.demo.restorations import happenings
from wanjia.cli.demo.scene import LATE_METERS
from wanjia.cli.demo.today import make_today
from wanjia.cli.demo.turns import Play, play_turns
from wanjia.cli.demo.works import make_works
from wanjia.kernels.sensing.grid import build_grid
from wanjia.model.network import CUSTOMER_METER, PRIORITIES
from wanjia.records.cases.models import Case, Task
from wanjia.records.network.models import (
    Customer,
    DistrictState,
    Outage,
    OutageDistrict,
    PlannedWork,
    TransformerDistrict,
)
from wanjia.wiring.installed import ActiveNetwork
from wanjia.wiring.network import active_network


@pytest.fixture
def networks(world: World, tmp_path: Path, settings: Any) -> tuple[Installed, Installed]:
    """Both editions, installed in a data folder of its own."""
    settings.HOME = tmp_path
    add_feeders()
    return make_networks(tmp_path, np.random.default_rng(1), world.now - timedelta(days=400))


def test_the_network_has_just_the_districts_and_customers_of_the_rows(
    networks: tuple[Installed, Installed], tmp_path: Path
) -> None:
    active = active_network(tmp_path)
    assert active is not None and active.digest == networks[1].digest
    network = active.network
    rows = {row.code: row for row in TransformerDistrict.objects.all()}
    assert set(network.districts.ids) == set(rows)
    for at, code in enumerate(network.districts.ids.tolist()):
        row = rows[code]
        assert network.districts.feeder[at] == row.feeder_id and network.districts.customers[at] == row.customers
        assert (network.districts.longitude[at], network.districts.latitude[at]) == (row.longitude, row.latitude)
    customers = network.meters.role == CUSTOMER_METER
    assert np.bincount(network.meters.district[customers]).tolist() == [
        rows[code].customers for code in network.districts.ids.tolist()
    ]


def test_registered_customers_have_a_meter_in_their_district(networks: tuple[Installed, Installed]) -> None:
    network = networks[1].network
    place = {meter: at for at, meter in enumerate(network.meters.ids.tolist())}
    assert len(place) == len(network.meters.ids) and all(len(meter) == 12 and meter.isdigit() for meter in place)
    for customer in Customer.objects.all():
        at = place[meter_of(customer.number)]
        assert network.districts.ids[network.meters.district[at]] == customer.district_id
        assert PRIORITIES[network.meters.priority[at]] == customer.priority
        assert network.meters.role[at] == CUSTOMER_METER


def test_both_editions_are_sound_on_disk(networks: tuple[Installed, Installed], tmp_path: Path) -> None:
    for one in networks:
        read = read_network(tmp_path / "network" / one.digest)
        assert read.network is not None and not read.faults and not read.unsound
    assert len(networks[0].network.meters.ids) == 0 < len(networks[1].network.meters.ids)


def test_the_same_seed_makes_the_same_network(networks: tuple[Installed, Installed]) -> None:
    again = make_demo_network(np.random.default_rng(1))
    assert all(
        (getattr(again.branches, name) == value).all() for name, value in vars(networks[1].network.branches).items()
    )
    assert (again.meters.ids == networks[1].network.meters.ids).all()


def test_the_past_is_told_with_causes_and_ends(world: World, networks: tuple[Installed, Installed]) -> None:
    old = networks[0]
    grid = build_grid(old.network)
    past = make_past(
        grid, np.random.default_rng(2), world.now - timedelta(days=60), world.now - timedelta(days=30), 1.0
    )
    tell_past(Teller(old.digest, old.network), past, lambda told: None)
    rows = {int(row.sensing_key.rpartition(":")[2]): row for row in Outage.objects.all()}
    assert len(rows) == len(past) > 20
    for number, one in enumerate(past, start=1):
        row, outage = rows[number], one.outage
        assert (row.device_id, row.planned, row.status) == (outage.device_id, outage.planned, Outage.Status.RESTORED)
        assert row.cause == ("" if outage.planned else one.cause) and row.external == (
            one.external and not outage.planned
        )
        ends = dict(OutageDistrict.objects.filter(outage=row).values_list("district_id", "restored_at"))
        first = {str(old.network.districts.ids[at]) for at in one.first_back}
        assert set(ends) == set(old.network.districts.ids[list(outage.districts)].tolist())
        assert {code for code, at in ends.items() if at is not None and row.ends_at and at < row.ends_at} == first
    assert not Case.objects.filter(practice__name="outage_restoration").exists(), "nobody is sent to what is long over"


def test_the_last_hours_are_sensed_and_worked_on(
    world: World, networks: tuple[Installed, Installed], tmp_path: Path
) -> None:
    old, new = networks
    teller, now = Teller(old.digest, old.network), world.now
    recent = make_past(
        build_grid(old.network), np.random.default_rng(3), now - timedelta(days=4), now - timedelta(days=2), 1.0
    )
    today = make_today(tmp_path, ActiveNetwork(new.digest, new.network), np.random.default_rng(4), now)
    works = make_works(today.loop.grid, np.random.default_rng(5), now)
    play = Play(np.random.default_rng(6), teller)
    play_turns(play, [*happenings(teller, recent), *works, today], now, lambda opened: None)
    assert play.stuck == {}

    late, section = (Outage.objects.get(status="open", device_level=level) for level in ("meter", "section"))
    member = late.districts.get()
    assert (late.cause_hint, member.meters_dark, late.split_from.status) == ("still_dark", LATE_METERS, "restored")
    assert section.districts_dark >= 2 and section.starts_at < now - timedelta(minutes=20)
    steps = dict(
        Task.objects.filter(case__outage__status="open", status="open", kind="user").values_list("case__number", "step")
    )
    assert steps[section.case_number] == "arrive", "a crew is on its way"
    assert Task.objects.filter(case__number=late.case_number, status="open", step="clear_rest").exists()

    states = DistrictState.objects.all()
    assert states.count() == TransformerDistrict.objects.count() >= FEEDERS * DISTRICTS
    assert set(states.exclude(dark_since=None).values_list("district_id", flat=True)) == set(
        section.districts.values_list("district_id", flat=True)
    )
    heard = sum(states.values_list("meters_heard", flat=True)) / sum(states.values_list("meters", flat=True))
    assert 0.85 < heard < 1.0
    done = Case.objects.filter(practice__name="outage_restoration", status="ended")
    faults = [one for one in recent if not one.outage.planned]
    assert done.count() == len(faults) and {case.outage.cause for case in done if case.end == "restored"} <= {
        one.cause for one in faults
    }
    assert PlannedWork.objects.count() == len(works) and PlannedWork.objects.filter(starts_at__gt=now).count() > 0
    kept = read_meters(tmp_path / "network" / new.digest)
    assert (tmp_path / "network" / new.digest / FILE).exists() and len(kept.keys) > 0
