"""From payloads to rows on both stores: outages, states of districts, gaps, counts; planned work makes no alarm."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from tests.support.feeders import made
from tests.support.world import World
from wanjia.adapters.telemetry.binary import encode_binary
from wanjia.adapters.telemetry.codec import events_topic
from wanjia.adapters.telemetry.intake import SENT, Aside, Intake
from wanjia.adapters.telemetry.journal import Journal
from wanjia.adapters.telemetry.keys import keys_of
from wanjia.adapters.telemetry.nouns import Message
from wanjia.kernels.sensing.grid import Grid, build_grid
from wanjia.kernels.sensing.nouns import HEARTBEAT, LAST_GASP, RESTORED
from wanjia.model.network import Network
from wanjia.records.network.models import (
    DistrictState,
    Feeder,
    NetworkModel,
    Outage,
    PlannedWork,
    SensingPosition,
    SequenceGap,
    TransformerDistrict,
)
from wanjia.wiring.installed import ActiveNetwork
from wanjia.wiring.sensing import SensingLoop
from wanjia.wiring.telemetry import outside_of_rows

DIGEST = "7" * 64
SECOND = 1000


@pytest.fixture
def network(world: World) -> Network:
    """Two feeders of two sections, three districts each, ten meters in each; installed."""
    found = made(2, 2, 3, 10)
    Feeder.objects.bulk_create([Feeder(code=name, name_zh=name) for name in ("F0", "F1")])
    for code, feeder in zip(found.districts.ids, found.districts.feeder, strict=True):
        TransformerDistrict.objects.create(
            code=code, name_zh=code, feeder_id=feeder, organisation_id="station-1", cell_code="C111",
            area_class="rural", capacity_kva=400, customers=10, longitude=119.91, latitude=29.91,
        )  # fmt: skip
    NetworkModel.objects.create(
        digest=DIGEST, folder="network", active=True, nodes=len(found.nodes.ids), branches=len(found.branches.ids),
        districts=12, meters=120, installed_at=world.now,
    )  # fmt: skip
    return found


class Field:
    """Devices that say things at a time; one sender."""

    def __init__(self, network: Network, folder: Path, begin: int) -> None:
        self.grid: Grid = build_grid(network)
        self.begin, self.number = begin, 0
        self.intake = Intake(Journal(folder / "journal"), Aside(folder / "aside"), SENT)
        self.names = network.districts.ids.tolist()
        meters = network.meters.ids[self.grid.meter_at_slot].tolist()
        self._keys = keys_of([*meters, *network.districts.ids[self.grid.district].tolist()])

    def say(self, kind: int, districts: list[str], at: float, spread: float = 8.0, skipped: int = 0) -> None:
        """All devices of these districts, one message; `skipped` numbers before it are lost."""
        self.number += 1 + skipped
        sent = self.begin + round(SECOND * (at + spread + 2))
        slots: list[int] = []
        for name in districts:
            rank = int(self.grid.rank[self.names.index(name)])
            slots += [*range(int(self.grid.first_meter[rank]), int(self.grid.first_meter[rank + 1]))]
            slots.append(self.grid.meters + rank)
        occurred = self.begin + np.round(SECOND * (at + spread * np.arange(len(slots)) / max(1, len(slots)))).astype(
            int
        )
        kinds = np.full(len(slots), kind, np.uint8)
        message = Message("c-1", self.number, sent, self._keys[slots], kinds, occurred)
        self.intake.take(events_topic("main", "c-1"), encode_binary(message), sent)
        self.intake.commit(sent)

    def wait(self, at: float) -> None:
        """Time goes on."""
        self.say(HEARTBEAT, [], at, 0.0)


def sense(network: Network, folder: Path) -> SensingLoop:
    """A loop that has read everything."""
    loop = SensingLoop(folder, ActiveNetwork(DIGEST, network), outside_of_rows(), time.monotonic)
    while loop.round():
        pass
    return loop


def beating(field: Field, until: float, without: list[str] | None = None, begin: float = 0.0) -> None:
    """Heartbeats of everybody every five minutes."""
    lit = [name for name in field.names if name not in (without or [])]
    for at in np.arange(begin, until, 300.0):
        field.say(HEARTBEAT, lit, float(at), 100.0)


def test_a_section_goes_dark_and_comes_back(world: World, network: Network, tmp_path: Path) -> None:
    begin = round((world.now - timedelta(hours=2)).timestamp()) * SECOND
    field = Field(network, tmp_path, begin)
    dark = [name for name in field.names if name.startswith("t0.1.")]
    beating(field, 1800.0)
    field.say(LAST_GASP, dark, 2032.0, skipped=3)
    for at in range(2060, 2160, 10):
        field.wait(at)
    loop = sense(network, tmp_path)
    outage = Outage.objects.get()
    assert (outage.device_id, outage.status, outage.customers_dark) == ("switch0.1", "open", 30)
    assert abs(outage.starts_at.timestamp() * SECOND - begin - 2_000_000) < 20_000
    states = {row.district_id: row for row in DistrictState.objects.all()}
    assert {name for name, row in states.items() if row.dark_since} == set(dark) and len(states) == 12
    assert {row.meters for row in states.values()} == {10} == {row.meters_heard for row in states.values()}
    position = SensingPosition.objects.get()
    assert position.journal_at == loop.reader.durable and position.changes == 1
    assert position.counts["events"] == 6 * 132 + 33 and position.counts["gaps"] == 1
    assert list(SequenceGap.objects.values_list("sender", "first_missing", "last_missing")) == [("c-1", 7, 9)]
    # Nobody said farewell: the next loop finds the rows written, and adds only what is new.
    beating(field, 2700.0, dark, 2300.0)
    field.say(RESTORED, dark, 2700.0)
    for at in range(2720, 2820, 10):
        field.wait(at)
    sense(network, tmp_path).keep()
    outage.refresh_from_db()
    assert outage.status == "restored" and Outage.objects.count() == 1
    assert SensingPosition.objects.get().changes == 2
    assert not DistrictState.objects.exclude(dark_since=None).exists()
    field.intake.journal.close()


def test_planned_work_makes_no_alarm(world: World, network: Network, tmp_path: Path) -> None:
    begin = round((world.now - timedelta(hours=2)).timestamp()) * SECOND
    starts_at = datetime.fromtimestamp(begin / SECOND + 1900, UTC)
    PlannedWork.objects.create(
        code="W1", device_id="switch0.1", title_zh="换杆", starts_at=starts_at, ends_at=starts_at + timedelta(hours=1)
    )
    PlannedWork.objects.create(
        code="W2", device_id="no such device", title_zh="?", starts_at=starts_at, ends_at=starts_at + timedelta(hours=1)
    )
    field = Field(network, tmp_path, begin)
    dark = [name for name in field.names if name.startswith("t0.1.")]
    beating(field, 1800.0)
    field.say(LAST_GASP, dark, 2032.0)
    for at in range(2060, 2160, 10):
        field.wait(at)
    sense(network, tmp_path)
    assert list(Outage.objects.values_list("device_id", "planned")) == [("switch0.1", True)]
    field.intake.journal.close()
