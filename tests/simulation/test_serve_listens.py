"""`wanjia serve` on the embedded store listens by itself; `wanjia replay` plays a storm to it, or into the journal."""

import dataclasses
import json
import time
from pathlib import Path

import numpy as np
import pytest

from tests.support.killing import WANJIA
from tests.support.listening import Listener, network_of, rows
from tests.support.machine import needs
from tests.support.mosquitto import Mosquitto
from tests.support.postgres import free_port
from tests.support.stores import Store, filled_store
from wanjia.adapters.tables import write_table
from wanjia.cli._sense_report import event_table
from wanjia.kernels.sensing.grid import build_grid
from wanjia.kernels.sensing.nouns import EVENT_KINDS
from wanjia.kernels.sensing.storms import Storm, make_storm

pytestmark = pytest.mark.heavy

SIZES = "2x4x3x20"
STORM = Storm(
    outages=2, warm_up_seconds=1200.0, spread_seconds=600.0, outage_seconds_min=900.0, outage_seconds_max=1200.0,
    lost_share=0.0, stray_share=0.0, silent_share=0.0, clock_off_share=0.0,
)  # fmt: skip
SECONDS_MAX = 300.0


def storm_file(path: Path) -> tuple[int, set[str]]:
    """Writes a storm; its events and the devices that open in it."""
    grid = build_grid(network_of(SIZES))
    made = make_storm(grid, STORM, 6, 1_780_000_000_000)
    meters = grid.network.meters.ids[grid.meter_at_slot].tolist()
    names = [*meters, *grid.network.districts.ids[grid.district].tolist()]
    write_table(path, event_table(made.batch, names, EVENT_KINDS, path))
    return len(made.batch.slot), {one.device_id for one in made.truth}


def sensed(store: Store, events: int) -> dict[str, object]:
    """The rows once so many events were sensed."""
    until = time.monotonic() + SECONDS_MAX
    while True:
        found = rows(store)
        if found["counts"].get("events", 0) >= events or time.monotonic() > until:
            return found
        time.sleep(0.5)


def replay(store: Store, path: Path, *options: str) -> dict[str, object]:
    """What `wanjia replay` prints."""
    printed: dict[str, object] = json.loads(
        store.python(*WANJIA, "replay", str(path), "--speed", "0", "--json", *options)
    )
    return printed


@needs("mosquitto")
def test_a_storm_played_through_the_broker_is_seen_by_the_embedded_server(tmp_path: Path) -> None:
    events, devices = storm_file(tmp_path / "storm.parquet")
    with filled_store("sqlite", tmp_path / "home") as plain, Mosquitto(tmp_path / "mosquitto") as broker:
        extra = {"WANJIA_BROKER_URL": broker.url, "WANJIA_TELEMETRY_CLOCK": "sent"}
        store = dataclasses.replace(plain, environment={**plain.environment, **extra})
        store.python("-m", "tests.support.listening", "install", SIZES)
        server = store.start(*WANJIA, "serve", "--port", str(free_port()), log=tmp_path / "server.log")
        try:
            until = time.monotonic() + SECONDS_MAX
            while not (tmp_path / "home" / "telemetry" / "main" / "snapshots").exists() and time.monotonic() < until:
                time.sleep(0.2)
            played = replay(store, tmp_path / "storm.parquet", "--broker", broker.url)
            assert played["events"] == events and played["unconfirmed_messages"] == 0
            found = sensed(store, events)
            # The journal is the server's: a second writer is told so.
            with pytest.raises(RuntimeError, match="--broker"):
                replay(store, tmp_path / "storm.parquet", "--language", "en")
        finally:
            server.terminate()
            server.wait(30)
    assert {one[1] for one in found["outages"]} == devices, (tmp_path / "server.log").read_text()[-2000:]  # type: ignore[attr-defined]
    assert {one[2] for one in found["outages"]} == {"restored"} and found["counts"]["malformed"] == 0  # type: ignore[attr-defined, index]


def test_without_a_broker_a_storm_is_played_into_the_journal_and_sensed_from_there(tmp_path: Path) -> None:
    events, devices = storm_file(tmp_path / "storm.csv")
    with filled_store("sqlite", tmp_path / "home") as store:
        store.python("-m", "tests.support.listening", "install", SIZES)
        assert replay(store, tmp_path / "storm.csv", "--keep-times")["events"] == events
        listener = Listener(store, "", tmp_path / "listener.log")
        listener.start()
        found = sensed(store, events)
        assert listener.stop() == 0
        first = np.array([one[3] for one in found["outages"]])  # type: ignore[attr-defined]
    assert {one[1] for one in found["outages"]} == devices and (first < 1_780_010_000).all()  # type: ignore[attr-defined]
