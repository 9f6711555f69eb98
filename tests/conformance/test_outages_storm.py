"""A made storm goes through the real sensor into rows, in batches cut anywhere and handed over again."""

import random
from collections import Counter

import pytest

from tests.support.feeders import feeders
from tests.support.outages import DIGEST, Stream, install
from tests.support.world import World
from wanjia.kernels.sensing.grid import build_grid
from wanjia.kernels.sensing.nouns import Batch, Change
from wanjia.kernels.sensing.step import begin_state, sensor_of, step
from wanjia.kernels.sensing.storms import Storm, make_storm
from wanjia.model.network import Network
from wanjia.records.cases.models import Case, Delivery
from wanjia.records.network.models import Customer, Outage, OutageDistrict, SensingPosition, TransformerDistrict

CUSTOMERS_EVERY = 5
"""So many districts share one registered customer each; enough to see who is told."""


def rows_of(network: Network, world: World) -> None:
    """The rows for a network's districts, all in one cell; a customer with a number of the own in some of them."""
    model = TransformerDistrict.objects.get(code="T-C111")
    codes = network.districts.ids.tolist()
    TransformerDistrict.objects.bulk_create(
        TransformerDistrict(
            code=code, name_zh=code, feeder_id="F001", organisation_id=model.organisation_id,
            cell_code=model.cell_code, area_class="rural", capacity_kva=200, customers=100,
            longitude=model.longitude, latitude=model.latitude,
        )
        for code in codes
    )  # fmt: skip
    Customer.objects.bulk_create(
        Customer(
            number=f"44{at:08d}", name="王秀英", phone=f"1370000{at:04d}", address="", district_id=code,
            longitude=model.longitude, latitude=model.latitude,
        )
        for at, code in enumerate(codes) if at % CUSTOMERS_EVERY == 0
    )  # fmt: skip


STORM = Storm(
    outages=10, planned=2, silent_districts=3, after_seconds=3600.0, late_share=0.3, lost_share=0.3, silent_share=0.5,
)  # fmt: skip
"""Worse than the field, so that what was announced is revised, split and merged."""


def storm_changes(network: Network, begins_at: int, seed: int, share: float) -> list[Change]:
    """What the sensor says about a made storm, up to a share of its time."""
    grid = build_grid(network)
    made = make_storm(grid, STORM, seed, begins_at)
    until = begins_at + round(share * (made.ends_at - begins_at))
    events = made.batch
    n = int((events.received <= until).sum())
    heard = Batch(events.slot[:n], events.kind[:n], events.occurred[:n], events.received[:n])
    return step(sensor_of(grid, made.plans), begin_state(grid, begins_at - 1), heard, until)[1]


@pytest.mark.parametrize(("seed", "share"), [(1, 1.0), (2, 0.6), (3, 0.45)])
def test_rows_are_what_the_sensor_holds(world: World, seed: int, share: float) -> None:
    network = feeders("town, 100 meters")
    rows_of(network, world)
    install(at=world.now)
    stream, chance = Stream(world, network), random.Random(seed)
    changes = storm_changes(network, stream.now - 3 * 3_600_000, seed, share)
    print(sorted(Counter(change.what for change in changes).items()))
    assert len(changes) > 10
    done = 0
    while done < len(changes):
        begins = max(0, done - chance.randrange(4))
        ends = min(len(changes), done + 1 + chance.randrange(6))
        stream.again(begins, *changes[begins:ends])
        done = ends
    assert SensingPosition.objects.get().changes == len(changes)
    check_rows(changes, network)
    check_messages()


def check_rows(changes: list[Change], network: Network) -> None:
    """Each outage stands as its last change says; no district is dark twice at a time."""
    last = {change.outage.number: change for change in changes}
    codes = network.districts.ids.tolist()
    for number, change in last.items():
        outage = Outage.objects.get(sensing_key=f"{DIGEST}:{number}")
        is_open = change.outage.ends_at is None
        assert (outage.status == "open") == is_open, (number, change.what)
        if is_open:
            dark = set(outage.districts.filter(restored_at=None).values_list("district_id", flat=True))
            assert dark == {codes[at] for at in change.outage.districts}, (number, change.what)
            assert outage.districts_dark == len(dark)
        assert outage.revisions.count() == outage.revision
    assert Outage.objects.count() == len(last)
    dark_now = OutageDistrict.objects.filter(restored_at=None).exclude(outage__cause_hint="still_dark")
    assert not [code for code, times in Counter(dark_now.values_list("district_id", flat=True)).items() if times > 1]
    assert not OutageDistrict.objects.filter(outage__status="restored", restored_at=None).exists()


def check_messages() -> None:
    """Nobody is told the same of the same outage twice, and every case that an outage names is there."""
    seen = Counter(Delivery.objects.values_list("idempotency_key", flat=True))
    assert set(seen.values()) <= {1}
    for outage in Outage.objects.filter(planned=False).exclude(case_number=""):
        assert Case.objects.filter(number=outage.case_number).exists()
