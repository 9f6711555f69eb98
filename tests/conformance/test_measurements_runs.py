"""Computations as a worker does them: asked for once, claimed by one, told on the way, done again after a kill."""

import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from tests.support.measured import Measured, measured, own_store, wide_batch
from tests.support.world import World
from wanjia.actions.network.ask_computation import ask_computation
from wanjia.actions.network.ask_due_computations import AGAIN_AFTER, ask_due_computations
from wanjia.actions.network.ingest_readings import ingest_readings
from wanjia.actions.network.install_network import install_network
from wanjia.actions.network.runs import ATTEMPTS_MAX, CLAIM, claim_run, end_run, tell_run
from wanjia.adapters.grid_files.keeping import keep_network
from wanjia.model.actors import SYSTEM
from wanjia.model.faults import Denied, Refused
from wanjia.queries.network.series_runs import days, run, runs
from wanjia.records.network.models import MeasuredDay, MeasurementRun
from wanjia.wiring.measuring import Measuring

pytestmark = pytest.mark.django_db
FIRST = date(2026, 6, 1)


@pytest.fixture
def fed(world: World, tmp_path: Path) -> Iterator[Measured]:
    """A day fed in, of the installed network's meters."""
    with own_store(tmp_path / "series") as store:
        found = measured(store, FIRST, 1)
        digest, folder = keep_network(Path(settings.HOME), found.network)
        install_network(found.network, digest, folder, SYSTEM, world.now)
        batch = wide_batch(found.network, found.block(0), FIRST)
        ingest_readings([batch], "head-end", world.actor("admin"), world.now)
        yield found


def test_a_run_is_asked_for_once_and_done(world: World, fed: Measured) -> None:
    admin = world.actor("admin")
    asked = ask_computation(FIRST, admin, world.now)
    assert ask_computation(FIRST, admin, world.now).pk == asked.pk
    assert run(asked.pk, admin, world.now).state == "waiting"
    lane = Measuring(threading.Event())
    assert lane.round() and not lane.round()
    done = run(asked.pk, admin, timezone.now())
    assert done.state == "done" and done.share == 1.0 and done.faults == ()
    assert done.outcome["districts"] == 8 and done.outcome["readings"] == days(admin, FIRST, FIRST)[0].readings
    assert MeasuredDay.objects.get().day == FIRST
    again = ask_computation(FIRST, admin, world.now)
    assert again.pk != asked.pk and lane.round()
    assert run(again.pk, admin, world.now).outcome["changed_districts"] == 0


def test_a_worker_that_is_gone_is_followed_by_another(world: World, fed: Measured) -> None:
    asked = ask_computation(FIRST, SYSTEM, world.now)
    first = claim_run(world.now)
    assert first is not None and claim_run(world.now) is None
    assert tell_run(first, "compact", 1, 4, world.now)
    line = run(asked.pk, world.actor("admin"), world.now + timedelta(seconds=30))
    assert line.share == pytest.approx(0.05 + 0.6 / 4) and line.remaining_seconds == pytest.approx(30 * 0.8 / 0.2)
    later = world.now + CLAIM
    second = claim_run(later)
    assert second is not None and second.attempts == 2
    assert not tell_run(first, "keep", 1, 1, later), "the first one learns that the run is not its own any more"
    end_run(first, {"districts": 1}, later)
    assert MeasurementRun.objects.get().state == "running"
    end_run(second, {"districts": 8}, later)
    assert MeasurementRun.objects.get().outcome == {"districts": 8}


def test_a_run_that_kills_its_worker_is_given_up(world: World, fed: Measured) -> None:
    asked, now = ask_computation(FIRST, SYSTEM, world.now), world.now
    for _ in range(ATTEMPTS_MAX):
        assert claim_run(now) is not None
        now += CLAIM
    assert claim_run(now) is None
    line = run(asked.pk, world.actor("admin"), now)
    assert line.state == "failed" and [fault.code for fault in line.faults] == ["measurement.run_given_up"]


def test_a_day_without_readings_fails_with_its_reason(world: World, fed: Measured) -> None:
    asked = ask_computation(FIRST + timedelta(days=1), world.actor("company"), world.now)
    Measuring(threading.Event()).round()
    line = run(asked.pk, world.actor("company"), world.now)
    assert line.state == "failed" and [fault.code for fault in line.faults] == ["measurement.day_empty"]


def test_days_that_are_due_ask_for_themselves(world: World, fed: Measured) -> None:
    assert ask_due_computations(fed.store, world.now) == 1
    assert ask_due_computations(fed.store, world.now) == 0
    Measuring(threading.Event()).round()
    assert ask_due_computations(fed.store, world.now + AGAIN_AFTER) == 0, "nothing new has come"
    values = fed.block(0).values.copy()
    values[1, 0] = 9
    block = type(fed.block(0))(values, fed.block(0).unit_kwh, fed.block(0).district, fed.block(0).role)
    ingest_readings([wide_batch(fed.network, block, FIRST)], "late", world.actor("admin"), world.now)
    assert days(world.actor("admin"), FIRST, FIRST)[0].stale
    assert ask_due_computations(fed.store, world.now + timedelta(minutes=1)) == 0, "once an hour at most"
    assert ask_due_computations(fed.store, world.now + AGAIN_AFTER + timedelta(minutes=1)) == 1


def test_asking_needs_the_right_and_a_day_that_has_come(world: World, fed: Measured) -> None:
    for login in ("chief", "manager", "clerk", "dispatch"):
        with pytest.raises(Denied):
            ask_computation(FIRST, world.actor(login), world.now)
    with pytest.raises(Refused):
        ask_computation(world.today + timedelta(days=1), SYSTEM, world.now)
    assert runs(world.actor("chief"), world.now) == ()
