"""A network that works can be done on, means to do them with, and a plan made of it in the small world."""

import threading
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
from django.conf import settings

from tests.support.outages import CODES
from tests.support.world import World
from wanjia.actions.network.ask_month_plan import ask_month_plan
from wanjia.actions.network.install_network import install_network
from wanjia.actions.network.request_work import WantedRequest, request_work
from wanjia.actions.network.set_means import WantedMeans, set_means
from wanjia.adapters.grid_files.keeping import keep_network
from wanjia.model.actors import SYSTEM
from wanjia.model.network import BRANCH_KINDS, NODE_KINDS, Branches, Districts, Network, Nodes, no_meters, words
from wanjia.records.network.planning import MonthPlan, WorkRequest
from wanjia.wiring import planning

CUSTOMERS = 120
EVERY_DAY = (2,) * 7


def switched_network(codes: tuple[str, ...] = CODES) -> Network:
    """A source, a breaker, and every district behind a switch and a line of its own."""
    count = len(codes)
    kinds = ["source", "junction", *["junction"] * count, *["district"] * count]
    branch_kinds = ["breaker", *["switch"] * count, *["line"] * count]
    begins = [0, *[1] * count, *range(2, count + 2)]
    nodes = [f"pole-{code}" for code in codes] + [f"n-{code}" for code in codes]
    branches = ["breaker", *(f"switch-{code}" for code in codes), *(f"line-{code}" for code in codes)]
    return Network(
        Nodes(words(["source", "bus", *nodes]), np.array([NODE_KINDS.index(one) for one in kinds], np.int8)),
        Branches(
            words(branches), np.array(begins, np.int32), np.arange(1, 2 * count + 2, dtype=np.int32),
            np.array([BRANCH_KINDS.index(one) for one in branch_kinds], np.int8),
            np.ones(2 * count + 1, np.bool_), words(["F001"] * (2 * count + 1)),
        ),
        Districts(
            words(list(codes)), np.arange(count + 2, 2 * count + 2, dtype=np.int32), words(["F001"] * count),
            words(list(codes)), np.full(count, 119.95), np.full(count, 29.95), np.zeros(count, np.int8),
            np.full(count, 200.0), np.full(count, CUSTOMERS),
        ),
        no_meters(),
    )  # fmt: skip


def ready(world: World) -> None:
    """The network installed, two crews at the county and a live-line team there."""
    network = switched_network()
    digest, folder = keep_network(Path(settings.HOME), network)
    install_network(network, digest, folder, SYSTEM, world.now)
    actor = world.actor("dispatch")
    set_means(WantedMeans("crew", "line", "配电班", "county", 119.95, 29.95, EVERY_DAY), actor, world.now)
    team = WantedMeans("live", "live_line_team", "带电班", "county", 119.95, 29.95, (1,) * 7)
    set_means(team, actor, world.now)


def next_month(world: World) -> date:
    """The first day of the month after next, so that notice is never too late."""
    return (world.today.replace(day=1) + timedelta(days=70)).replace(day=1)


def asked(world: World, device: str, day: int, **values: object) -> WorkRequest:
    """A work of four hours, wanted on or after that day of the month."""
    first = next_month(world) + timedelta(days=day)
    plain: dict[str, object] = {
        "title_zh": f"更换{device}", "kind": "line", "hours": 4.0, "earliest_on": first,
        "latest_on": first + timedelta(days=6),
    }  # fmt: skip
    wanted = WantedRequest(device, **{**plain, **values})  # type: ignore[arg-type]
    return request_work(wanted, world.actor("dispatch"), world.now, switched_network())


def work() -> None:
    """One round of the worker's lane; its heartbeat would write from outside of the test's transaction."""
    beat, planning.TELL_SECONDS = planning.TELL_SECONDS, 3_600.0
    try:
        assert planning.Planning(threading.Event()).round()
    finally:
        planning.TELL_SECONDS = beat


def make_plan(world: World, at: datetime | None = None, organisation: str = "county") -> MonthPlan:
    """A plan asked for and made, as a worker does it."""
    plan = ask_month_plan(next_month(world), organisation, world.actor("dispatch"), at or world.now, seconds=1.0)
    work()
    plan.refresh_from_db()
    return plan
