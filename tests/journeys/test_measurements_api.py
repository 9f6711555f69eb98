"""A head-end feeds readings in over the API, asks for the day, follows it and reads the balances."""

import json
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from tests.support.measured import Measured, measured, own_store
from tests.support.world import World
from wanjia.actions.network.install_network import install_network
from wanjia.actions.territory.issue_api_token import issue_api_token
from wanjia.adapters.grid_files.keeping import keep_network
from wanjia.model.actors import SYSTEM
from wanjia.model.readings import MISSING, SLOT_MINUTES, day_bounds
from wanjia.wiring.measuring import Measuring

pytestmark = pytest.mark.django_db
FIRST = date(2026, 6, 1)


@pytest.fixture
def network(world: World, tmp_path: Path) -> Iterator[Measured]:
    """Two districts with meters, installed; nothing fed in."""
    cache.clear()
    with own_store(tmp_path / "series") as store:
        found = measured(store, FIRST, 1, codes=("T-C111", "T-C112"))
        digest, folder = keep_network(Path(settings.HOME), found.network)
        install_network(found.network, digest, folder, SYSTEM, world.now)
        yield found


def call(world: World, login: str, method: str, path: str, body: Any = None) -> Any:
    key = issue_api_token(world.person(login).pk, "head-end", world.actor(login), world.now).token
    content = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
    headers = {"Accept-Language": "en", "Authorization": f"Bearer {key}"}
    return getattr(Client(), method)(f"/api{path}", headers=headers, **content)


def readings(found: Measured) -> list[dict[str, Any]]:
    block, begin = found.block(0), day_bounds(FIRST, found.store.zone)[0]
    return [
        {
            "meter_id": str(found.network.meters.ids[row]), "energy_kwh": round(float(count * block.unit_kwh[row]), 6),
            "read_at": (begin + timedelta(minutes=SLOT_MINUTES * (slot + 1))).isoformat(),
        }
        for row, counts in enumerate(block.values.tolist()) for slot, count in enumerate(counts) if count != MISSING
    ]  # fmt: skip


def test_a_batch_goes_in_once_and_comes_out_as_balances(world: World, network: Measured) -> None:
    body = {"source": "head-end", "readings": readings(network)}
    first, again = (call(world, "admin", "post", "/readings", body) for _ in range(2))
    assert first.status_code == again.status_code == 200
    assert first.json()["readings"] == len(body["readings"]) and first.json()["days"] == ["2026-06-01"]
    assert len(again.json()["repeated"]) == 1 and again.json()["arrivals"] == []
    asked = call(world, "admin", "post", "/computations", {"day": "2026-06-01"})
    assert asked.status_code == 202 and asked.json()["state"] == "waiting"
    Measuring(threading.Event()).round()
    done = call(world, "admin", "get", f"/computations/{asked.json()['id']}").json()
    assert done["state"] == "done" and done["outcome"]["readings"] == len(body["readings"])
    out = call(world, "chief", "get", "/losses?day=2026-06-01").json()
    assert {row["district"] for row in out["districts"]} == {"T-C111", "T-C112"}
    block = network.block(0)
    used = sum(row["energy_out_kwh"] for row in out["districts"])
    customers = (block.role == 1)[:, None] & (block.values != MISSING)
    assert used == pytest.approx(float((block.values * block.unit_kwh[:, None] * customers).sum()))


def test_every_reading_that_is_none_is_told_and_nothing_is_taken(world: World, network: Measured) -> None:
    bad = [
        {"meter_id": "m1", "read_at": "yesterday", "energy_kwh": 1.0},
        {"meter_id": "m1", "read_at": "2026-06-01T00:15:00", "energy_kwh": 1.0},
        {"meter_id": "m1", "read_at": "2026-06-01T00:15:00+08:00"},
        {"meter_id": "m1", "read_at": "2026-06-01T00:15:00+08:00", "energy_kwh": 1.0, "register_kwh": 7.0},
        {"meter_id": "m1", "read_at": "2026-06-01T00:30:00+08:00", "energy_kwh": 1.0},
    ]
    answer = call(world, "admin", "post", "/readings", {"source": "head-end", "readings": bad})
    told = [(fault["code"], fault["where"]) for fault in answer.json()["faults"]]
    assert answer.status_code == 422 and told == [
        ("measurement.reading_time", "readings:1:read_at"), ("measurement.reading_time", "readings:2:read_at"),
        ("measurement.reading_value", "readings:3:energy_kwh"), ("measurement.reading_value", "readings:4:energy_kwh"),
    ]  # fmt: skip
    assert network.store.days() == ()


def test_who_may_not_is_refused(world: World, network: Measured) -> None:
    body = {"source": "head-end", "readings": readings(network)[:1]}
    assert call(world, "chief", "post", "/readings", body).status_code == 403
    assert call(world, "manager", "post", "/computations", {"day": "2026-06-01"}).status_code == 403
    assert call(world, "clerk", "get", "/losses").status_code == 403
    assert Client().post("/api/readings", json.dumps(body), "application/json").status_code == 401
    assert network.store.days() == ()
