"""The demo's month of works: what stations asked for, who could do it, when nobody may be dark, and a plan of it."""

import threading
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.utils import timezone
from numpy.random import Generator

from wanjia.actions.network.ask_month_plan import ask_month_plan
from wanjia.actions.network.request_work import WantedRequest, request_work
from wanjia.actions.network.set_double_source import set_double_source
from wanjia.actions.network.set_means import WantedMeans, set_means
from wanjia.actions.network.set_supply_demand import WantedDemand, set_supply_demand
from wanjia.cli.demo.cases import actor_on, calendar
from wanjia.kernels.planning.works.modes import Grid, Job, propose
from wanjia.model.actors import Actor
from wanjia.model.network import BRANCH_KINDS, Network
from wanjia.records.network.models import TransformerDistrict
from wanjia.records.network.planning import MonthPlan, WorkRequest
from wanjia.records.territory.models import Organisation, Tenure
from wanjia.wiring.planning import Planning

WORKS = 40
DISTRICTS_MAX = 12
"""Districts behind one work of the demo; larger ones are the substation's."""
SECONDS = 1.5
"""For each of the two versions that the demo makes."""
TOGETHER_SHARE = 0.3
"""Works on a line that already has one: they may share its outage."""
KINDS = (
    ("pole", "配合道路拓宽迁移电杆", "Poles moved for a wider road", "line"),
    ("line", "导线绝缘化改造", "Bare line replaced by insulated line", "line"),
    ("line", "跌落式熔断器更换", "Fuse cut-outs replaced", "line"),
    ("transformer", "配变增容更换", "Transformer replaced by a larger one", "line"),
    ("switchgear", "柱上开关更换", "Pole-mounted switch replaced", "substation"),
    ("cable", "电缆终端头重做", "Cable terminations made anew", "cable"),
    ("connection", "新用户接火", "New customer connected", "line"),
    ("clearing", "通道树木清理", "Trees cleared along the line", "line"),
    ("test", "开关柜预防性试验", "Switchgear tested", "substation"),
)
"""Kind, title in both languages, crew."""
MEANS = (
    ("line", "配电抢修班", "Line crew", 4, 0.0), ("line", "配电检修班", "Maintenance crew", 3, 0.0),
    ("cable", "电缆班", "Cable crew", 1, 0.0), ("substation", "变电检修班", "Substation crew", 2, 0.0),
    ("live_line_team", "带电作业班", "Live-line team", 1, 0.0), ("bypass_set", "旁路作业装备", "Bypass set", 1, 800.0),
    ("generator_truck", "应急发电车", "Generator truck", 2, 400.0),
    ("switching_team", "操作队", "Switching team", 2, 0.0),
)  # fmt: skip
"""Kind, name in both languages, how many there are on a working day, kVA."""
SCHOOLS = (("望澜第一中学", "高中学业水平考试"), ("望澜外国语学校", "高中学业水平考试"))
EXAM_DAY, EXAM_DAYS = 9, 3
GUARANTEE, GUARANTEE_DAY, GUARANTEE_DAYS = "省农业博览会保电", 15, 2
URGENT_SHARE = 0.1
HOURS = (2.0, 3.0, 4.0, 5.0, 6.0, 8.0)


def make_planning(network: Network, chance: Generator, now: datetime) -> MonthPlan:
    """Next month's works of the county of the demo's station, and two versions of a plan, the second with one more."""
    dispatcher = Tenure.objects.select_related("person").get(person__account__username="dispatch", ends_on=None).person
    actor = actor_on(dispatcher, calendar().day_of(now))
    county = Organisation.objects.get(code="station-01").parent_id
    first = _next_month(timezone.localdate(now))
    stations = list(Organisation.objects.filter(parent=county, kind="station").order_by("code"))
    _means(str(county), [one.code for one in stations], actor, now - timedelta(days=20))
    devices = list(_devices(Grid.of(network), {one.code for one in stations}, chance))
    rows = [_ask(network, device, first, chance, actor, now - timedelta(days=9)) for device in devices[:-1]]
    _guarded(rows, first, chance, actor, now - timedelta(days=5))
    _plan(str(county), first, 1, actor, now - timedelta(days=3))
    _ask(network, devices[-1], first, chance, actor, now - timedelta(days=1))
    return _plan(str(county), first, 2, actor, now - timedelta(hours=3))


def _next_month(today: date) -> date:
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)


def _means(county: str, stations: list[str], actor: Actor, at: datetime) -> None:
    """In turn at the stations of the county; crews are off at weekends but for one each."""
    places = {
        code: (longitude, latitude)
        for code, longitude, latitude in TransformerDistrict.objects.filter(organisation__in=stations)
        .order_by("-code").values_list("organisation", "longitude", "latitude")
    }  # fmt: skip
    for number, (kind, zh, en, count, kva) in enumerate(MEANS):
        home = stations[number % len(stations)]
        week = (count,) * 5 + (min(1, count),) * 2
        wanted = WantedMeans(f"{kind}-{number + 1}", kind, zh, home, *places[home], week, name_en=en, kva=kva)
        set_means(wanted, actor, at)


def _devices(grid: Grid, stations: set[str], chance: Generator) -> Iterator[str]:
    """Branches of the county's feeders with a few districts behind them, some on one line."""
    feeders = set(TransformerDistrict.objects.filter(organisation__in=stations).values_list("feeder", flat=True))
    branches = grid.network.branches
    kinds = [BRANCH_KINDS.index(kind) for kind in ("line", "switch", "fuse", "cable", "transformer")]
    able = np.flatnonzero(np.isin(branches.kind, kinds) & branches.closed & np.isin(branches.feeder, list(feeders)))
    taken: list[int] = []
    while len(taken) < WORKS:
        pool = able
        if taken and chance.random() < TOGETHER_SHARE:
            pool = able[branches.feeder[able] == branches.feeder[taken[int(chance.integers(len(taken)))]]]
        row = int(chance.choice(pool))
        if row not in taken and 1 <= _behind(grid, row) <= DISTRICTS_MAX:
            taken.append(row)
            yield str(branches.ids[row])


def _behind(grid: Grid, row: int) -> int:
    """Districts that are dark with everything around a branch open."""
    modes = propose(grid, Job(str(grid.network.branches.ids[row]), 4.0, ("outage",)))
    return len(modes[0].dark) if modes else 0


def _ask(network: Network, device: str, first: date, chance: Generator, actor: Actor, at: datetime) -> WorkRequest:
    """A work within two or three weeks of the month; the last day that is allowed leaves room for the notice."""
    kind, zh, en, crew = KINDS[int(chance.integers(len(KINDS)))]
    begin = first + timedelta(days=int(chance.integers(0, 12)))
    until = begin + timedelta(days=int(chance.integers(14, 18)))
    hours, urgent = float(chance.choice(HOURS)), bool(chance.random() < URGENT_SHARE)
    wanted = WantedRequest(device, zh, kind, hours, begin, until, crew, en, urgent=urgent)
    return request_work(wanted, actor, at, network)


def _guarded(rows: list[WorkRequest], first: date, chance: Generator, actor: Actor, at: datetime) -> None:
    """Two schools that examine, a fair, a hospital with two supplies; all where works are wanted."""
    codes = [sorted(row.districts.values_list("district", flat=True)) for row in rows]
    some = [codes[int(number)] for number in chance.choice(len(codes), len(SCHOOLS) + 3, replace=False)]
    for (school, exam), districts in zip(SCHOOLS, some, strict=False):
        _demand("exam", districts[:1], first, (EXAM_DAY, EXAM_DAYS), f"{school}{exam}", actor, at)
    _demand("guarantee", some[-3], first, (GUARANTEE_DAY, GUARANTEE_DAYS), GUARANTEE, actor, at)
    if some[-2][0] != some[-1][0]:
        set_double_source("hospital-1", "望澜市人民医院", ((some[-2][0],), (some[-1][0],)), actor, at)


def _demand(
    kind: str, districts: list[str], first: date, days: tuple[int, int], reason: str, actor: Actor, at: datetime
) -> None:  # fmt: skip
    begin = datetime.combine(first + timedelta(days=days[0]), time(7), ZoneInfo(settings.TIME_ZONE))
    until = begin.replace(hour=22) + timedelta(days=days[1] - 1)
    set_supply_demand(WantedDemand(kind, frozenset(districts), begin, until, reason), actor, at)


def _plan(county: str, month: date, seed: int, actor: Actor, at: datetime) -> MonthPlan:
    """Asked for and made as a worker makes it."""
    plan = ask_month_plan(month, county, actor, at, SECONDS, seed)
    Planning(threading.Event()).round()
    plan.refresh_from_db()
    return plan
