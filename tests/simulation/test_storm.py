"""A storm from the meters' messages to the customers' texts, in one process: journal, kernel, rows, cases, deliveries.

What was true is known, so what the house made of it can be compared; from the same seed it makes the same.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.demo_feeders import add_feeders
from tests.support.world import World
from wanjia.actions.network.apply_changes import apply_changes
from wanjia.actions.network.sensed import SensedBatch
from wanjia.adapters.telemetry.keys import keys_of
from wanjia.adapters.telemetry.replay import Direct, Recorded, play
from wanjia.cli.demo.network import make_networks
from wanjia.cli.demo.storm_plan import Play, first_gasps, plan_storm
from wanjia.cli.demo.verdict import Verdict, judge, sensed_since
from wanjia.kernels.sensing.nouns import Batch
from wanjia.model.network import Network
from wanjia.records.cases.models import Case, Delivery, Task
from wanjia.records.network.models import Customer, DistrictState, Outage, SensingPosition
from wanjia.records.territory.models import Post
from wanjia.wiring.installed import ActiveNetwork
from wanjia.wiring.sensing import SensingLoop
from wanjia.wiring.telemetry import open_intake, outside_of_rows, telemetry_settings

SEED, OUTAGES, MINUTES = 21, 5, 14
AHEAD = timedelta(minutes=2)
"""The storm begins so long after the world was made."""


def instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def loop_of(active: ActiveNetwork, clock: Callable[[], float]) -> SensingLoop:
    """As the product has it, by the clock of the messages: what is written has the time up to which was sensed."""

    def apply(batch: SensedBatch, _: datetime) -> object:
        return apply_changes(batch, instant(batch.position.tick_at))

    return SensingLoop(telemetry_settings().folder, active, replace(outside_of_rows(), apply=apply), clock)


def recorded(storm: Play) -> Recorded:
    """What is heard before and during it."""
    joined = Batch(
        *(np.concatenate(pair) for pair in zip(*(vars(b).values() for b in (storm.before, storm.live)), strict=True))
    )
    return Recorded(keys_of(storm.ids)[joined.slot], joined.kind.astype(np.uint8), joined.occurred, joined.received)


def weather(storm: Play, active: ActiveNetwork, crash_after: int | None = None) -> None:
    """Every message goes into the journal and through the loop; after `crash_after` messages the loop is gone."""
    ticks = [0.0]
    intake = open_intake(telemetry_settings(clock="sent"))
    loop = loop_of(active, lambda: ticks[0])
    outlet = Direct(intake, "main", "storm")

    def sense(_: int) -> None:
        nonlocal loop
        ticks[0] += 1.0
        if crash_after is not None and ticks[0] == crash_after:
            loop.close()  # without keeping anything: as if the process was killed
            loop = loop_of(active, lambda: ticks[0])
        while loop.round():
            pass

    try:
        play(recorded(storm), outlet, 0.0, told=sense)
        sense(0)
    finally:
        loop.close()
        intake.journal.close()


@pytest.fixture
def active(world: World, tmp_path: Path, settings: Any) -> ActiveNetwork:
    settings.HOME = tmp_path
    add_feeders()
    _, new = make_networks(tmp_path, np.random.default_rng(1), world.now - timedelta(days=1))
    return ActiveNetwork(new.digest, new.network)


def storm_over(network: Network, world: World) -> Play:
    begins_at = round((world.now + AHEAD).timestamp() * 1000)
    return plan_storm(network, frozenset(network.districts.feeder.tolist()), MINUTES, OUTAGES, SEED, begins_at)


def verdict_of(storm: Play, active: ActiveNetwork) -> Verdict:
    since = instant(storm.begins_at)
    return judge(storm.grid.network, storm.truth, first_gasps(storm), sensed_since(active.digest, since))


def test_a_storm_becomes_outages_cases_and_texts(world: World, active: ActiveNetwork) -> None:
    storm = storm_over(active.network, world)
    weather(storm, active)
    found = verdict_of(storm, active)
    assert (found.true, found.announced, found.right) == (OUTAGES, OUTAGES, OUTAGES), found
    assert found.precision == found.recall == 1.0 and found.ended == found.cases == OUTAGES
    assert found.median_delay is not None and 0 < found.median_delay <= 60

    _times_are_true(storm)
    _each_has_its_case_and_owner()
    _customers_were_told_once_each(storm)
    assert not DistrictState.objects.exclude(dark_since=None).exists(), "all is lit again"
    assert SensingPosition.objects.get(network_id=active.digest).counts["unknown_devices"] == 0


def _times_are_true(storm: Play) -> None:
    """Beginning and end within a minute of the truth."""
    network = storm.grid.network
    for one in storm.truth:
        codes = network.districts.ids[list(one.districts)].tolist()
        row = Outage.objects.get(districts__district=codes[0])
        assert row.ends_at is not None and row.status == Outage.Status.RESTORED
        assert abs((row.starts_at - instant(one.starts_at)).total_seconds()) < 60
        assert abs((row.ends_at - instant(one.ends_at or 0)).total_seconds()) < 60
        assert row.customers_touched == one.customers


def _each_has_its_case_and_owner() -> None:
    for row in Outage.objects.all():
        case = Case.objects.get(number=row.case_number)
        assert case.outage_id == row.pk
        assert Task.objects.filter(case=case, kind="user").order_by("id")[0].step == "confirm"
        owner = Post.objects.get(pk=int(str(case.state["facts"]["owner"]).removeprefix("post:")))
        named = {"district": "district_manager", "section": "station_chief"}.get(row.device_level, "dispatcher")
        assert owner.role == named


def _customers_were_told_once_each(storm: Play) -> None:
    network = storm.grid.network
    dark = {code for one in storm.truth for code in network.districts.ids[list(one.districts)].tolist()}
    phones = set(Customer.objects.filter(district__in=dark).exclude(phone="").values_list("phone", flat=True))
    told = Delivery.objects.filter(channel="sms", idempotency_key__contains=":announced:")
    assert sorted(told.values_list("address", flat=True)) == sorted(phones)


def test_a_crash_in_the_middle_changes_nothing(world: World, active: ActiveNetwork) -> None:
    storm = storm_over(active.network, world)
    weather(storm, active, crash_after=200)
    found = verdict_of(storm, active)
    assert (found.true, found.announced, found.right, found.ended) == (OUTAGES, OUTAGES, OUTAGES, OUTAGES), found
    _times_are_true(storm)
    _customers_were_told_once_each(storm)
