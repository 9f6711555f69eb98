"""Planned work of the demo's next days: entered by the dispatcher, most of it with the seven days' notice."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

import numpy as np
from django.utils import timezone
from numpy.random import Generator

from wanjia.actions.network.plan_work import WantedWork, plan_work
from wanjia.cli.demo.cases import actor_on, calendar
from wanjia.cli.demo.turns import Once
from wanjia.kernels.sensing.grid import Grid
from wanjia.kernels.sensing.nouns import DISTRICT, SECTION
from wanjia.model.faults import Refused
from wanjia.model.network import Network
from wanjia.records.territory.models import Person, Tenure

WORKS = (
    ("跌落式熔断器更换", "Fuse cut-outs replaced", SECTION),
    ("配变增容更换", "Transformer replaced by a larger one", DISTRICT),
    ("导线绝缘化改造", "Bare line replaced by insulated line", SECTION),
    ("配合道路拓宽迁移电杆", "Poles moved for a wider road", SECTION),
    ("新用户接入，带负荷条件不具备", "New customer connected; live work not possible here", DISTRICT),
    ("台区低压出线改造", "Low-voltage feeders rebuilt", DISTRICT),
    ("通道树木清理配合停电", "Trees cleared along the line", SECTION),
    ("开关柜预防性试验", "Switchgear tested", SECTION),
    ("接户线更换", "Service lines replaced", DISTRICT),
)
"""Title, and the level of what is opened."""
SIZE_MAX = 8
"""Districts behind one plan."""
FIRST_DAY, LAST_DAY = 1, 8
NOTICE_DAYS, SHORT_NOTICE_DAYS, SHORT_SHARE = (7.0, 10.0), (1.2, 4.0), 0.15


def make_works(grid: Grid, chance: Generator, now: datetime) -> list[Once]:
    """One turn for each plan, at the instant at which it was entered."""
    dispatcher = Tenure.objects.select_related("person").get(person__account__username="dispatch", ends_on=None).person
    return [_entering(dispatcher, grid.network, wanted, at) for wanted, at in _plans(grid, chance, now)]


def _entering(dispatcher: Person, network: Network, wanted: WantedWork, entered_at: datetime) -> Once:
    def enter(at: datetime) -> None:
        with suppress(Refused):  # a guarantee of the demo keeps its districts lit: then that work is not planned
            plan_work(wanted, actor_on(dispatcher, calendar().day_of(at)), at, network)

    return Once(entered_at, enter)


def _plans(grid: Grid, chance: Generator, now: datetime) -> Iterator[tuple[WantedWork, datetime]]:
    """What is planned, and when it was entered."""
    size = grid.end - grid.begin
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    for title, title_en, level in WORKS:
        able = np.flatnonzero((grid.level == level) & grid.switching & (size <= SIZE_MAX))
        device = grid.device_ids[int(chance.choice(able))]
        day = int(chance.integers(FIRST_DAY, LAST_DAY, endpoint=True))
        starts_at = today + timedelta(days=day, hours=int(chance.integers(7, 10)), minutes=30 * int(chance.integers(2)))
        ends_at = starts_at + timedelta(minutes=30 * int(chance.integers(4, 12)))
        notice = chance.uniform(*(SHORT_NOTICE_DAYS if chance.random() < SHORT_SHARE else NOTICE_DAYS))
        entered_at = min(starts_at - timedelta(days=float(notice)), now - timedelta(minutes=30))
        yield WantedWork(device, title, starts_at, ends_at, title_en), entered_at
