"""A small world for tests: two stations with everybody in their posts, all practices installed, ready to take requests.

Use the fixture `world` (tests/journeys/conftest.py hands it out). It is built once a session and every test sees it
inside its own transaction, so whatever a test changes is gone afterwards. All logins have the password `wanjia-demo`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone
from shapely import to_wkb
from shapely.geometry import LineString, box

from wanjia.actions.cases.enter_calendar_year import enter_calendar_year
from wanjia.actions.cases.install_practice import install_practice
from wanjia.actions.cases.open_case import Opened, Request, open_case
from wanjia.actions.territory.import_territory import import_cells
from wanjia.actions.territory.issue_contact_card import Village, issue_contact_card
from wanjia.adapters.work_calendar import codec
from wanjia.kernels.cover.collection import Collection
from wanjia.kernels.cover.shapes import CellShape
from wanjia.model.actors import SYSTEM, Actor
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case, Task
from wanjia.records.network.models import Customer, Feeder, PowerLine, TransformerDistrict
from wanjia.records.territory.holders import actor_of
from wanjia.records.territory.models import Account, Cell, Electrician, Organisation, Person, Post, Tenure

PRACTICES = Path(__file__).resolve().parents[2] / "practices"
PASSWORD = "wanjia-demo"
WEST, SOUTH, WIDTH, HEIGHT = 119.9, 29.9, 0.1, 0.2
"""The west station's corner and the size of a station, in degrees; the east station lies beside it."""
HOME = {"longitude": 119.91, "latitude": 29.91, "address": "海棠村12号"}
"""A place in cell C111: manager, senior and chief answer for it."""
LINE_NORTH = 29.91003
"""Degrees: the one line of the world, 10 kV, runs 3.3 m north of HOME."""

ORGANISATIONS = (
    ("province", "province_company", "省电力公司", "Province Power Company", None),
    ("city", "city_company", "望澜供电公司", "Wanglan Power Supply Company", "province"),
    ("county", "county_company", "望海县供电公司", "Wanghai County Power Supply Company", "city"),
    ("station-1", "station", "海棠供电所", "Haitang Supply Station", "county"),
    ("station-2", "station", "石桥供电所", "Shiqiao Supply Station", "county"),
    ("electricians", "electrician_team", "望海表后用电服务队", "Wanghai Village Electricians", "county"),
    ("government", "government", "望澜市人民政府", "Wanglan City Government", None),
    ("service_centre", "service_window", "望澜市行政服务中心", "Wanglan Government Service Centre", "government"),
    ("city_management", "government", "望澜市城市管理局", "City Management Bureau", "government"),
    ("natural_resources", "government", "望澜市自然资源局", "Natural Resources Bureau", "government"),
    ("traffic_police", "government", "望澜市交警支队", "Traffic Police", "government"),
    ("landscape", "government", "望澜市园林中心", "Parks and Landscape Centre", "government"),
    ("water", "government", "望澜市水利局", "Water Resources Bureau", "government"),
    ("development_reform", "government", "望澜市发展改革委", "Development and Reform Commission", "government"),
    ("property_registry", "government", "望澜市不动产登记中心", "Property Registration Centre", "government"),
    ("subdistrict", "government", "望澜市海棠街道办事处", "Haitang Subdistrict Office", "government"),
    ("market_regulation", "government", "望澜市市场监督管理局", "Market Regulation Bureau", "government"),
    ("forestry", "government", "望澜市林业局", "Forestry Bureau", "government"),
    ("emergency_management", "government", "望澜市应急管理局", "Emergency Management Bureau", "government"),
    ("education", "government", "望澜市教育局", "Education Bureau", "government"),
    ("finance", "government", "望澜市财政局", "Finance Bureau", "government"),
)
# (login, name, role, organisation, cell)
PEOPLE = (
    ("manager", "林海生", "district_manager", "station-1", "C111"),
    ("manager2", "陈月娥", "district_manager", "station-1", "C112"),
    ("manager3", "吴金水", "district_manager", "station-1", "C121"),
    ("manager4", "郑阿梅", "district_manager", "station-1", "C122"),
    ("senior", "黄志强", "senior_manager", "station-1", "A11"),
    ("senior2", "刘玉兰", "senior_manager", "station-1", "A12"),
    ("chief", "周建国", "station_chief", "station-1", "S1"),
    ("manager5", "何大勇", "district_manager", "station-2", "C211"),
    ("manager6", "许秀兰", "district_manager", "station-2", "C212"),
    ("manager7", "蔡文彬", "district_manager", "station-2", "C221"),
    ("manager8", "苏小燕", "district_manager", "station-2", "C222"),
    ("senior3", "叶国栋", "senior_manager", "station-2", "A21"),
    ("senior4", "曾丽华", "senior_manager", "station-2", "A22"),
    ("chief2", "方明", "station_chief", "station-2", "S2"),
    ("county", "余志远", "county_manager", "county", ""),
    ("company", "沈卫东", "company_manager", "city", ""),
    ("dispatch", "丁晓峰", "dispatcher", "city", ""),
    ("admin", "马丽", "administrator", "city", ""),
    ("editor", "谢安琪", "practice_editor", "city", ""),
    ("clerk", "罗红", "window_clerk", "service_centre", ""),
    ("city_management", "杜鹏", "reviewer", "city_management", ""),
    ("natural_resources", "严敏", "reviewer", "natural_resources", ""),
    ("traffic_police", "彭涛", "reviewer", "traffic_police", ""),
    ("landscape", "柳青", "reviewer", "landscape", ""),
    ("water", "江河", "reviewer", "water", ""),
    ("electrician", "赵师傅", "village_electrician", "electricians", ""),
    ("electrician2", "钱师傅", "village_electrician", "electricians", ""),
    ("window_chief", "高远", "window_chief", "service_centre", ""),
    ("development_reform", "方圆", "reviewer", "development_reform", ""),
    ("property_registry", "钟鸣", "reviewer", "property_registry", ""),
    ("subdistrict", "叶小舟", "reviewer", "subdistrict", ""),
    ("market_regulation", "梁正", "reviewer", "market_regulation", ""),
    ("forestry", "林茂", "reviewer", "forestry", ""),
    ("emergency_management", "安宁", "reviewer", "emergency_management", ""),
    ("education", "文华", "reviewer", "education", ""),
    ("finance", "金诚", "reviewer", "finance", ""),
)
RESIDENT = "resident"
SKILLS = ["socket", "lamp", "air_switch", "leakage_trip", "wiring", "no_power", "meter_box", "other"]


@dataclass(frozen=True)
class World:
    """The handle that tests hold: logins by name, and the shortest way to a case."""

    now: datetime
    today: date

    def person(self, login: str) -> Person:
        """The person behind a login."""
        return Account.objects.select_related("person").get(username=login).person

    def actor(self, login: str) -> Actor:
        """The same with the posts held today, as an action wants it."""
        return actor_of(self.person(login), self.today)

    def client(self, login: str = "", language: str = "zh-Hans") -> Client:
        """A browser in which this login is signed in; nobody without a login."""
        client = Client(headers={"accept-language": language})
        if login:
            account = Account.objects.get(username=login)
            client.force_login(account, "django.contrib.auth.backends.ModelBackend")
        return client

    def open(
        self, practice: str, answers: Facts, key: str = "k1", surface: str = "portal", by: Actor | None = None,
        at: datetime | None = None,
    ) -> Opened:  # fmt: skip
        """Open a case through the action; by nobody in particular unless `by` says who."""
        actor = by or Actor("citizen", "")
        return open_case(Request(practice, answers, key, surface), actor, at or self.now)

    def repair(self, key: str = "k1", at: datetime | None = None, **answers: object) -> Case:
        """A resident of cell C111 reports a broken socket; the case is offered electricians right away."""
        opened = self.open("behind_meter_repair", {**REPAIR, **answers}, key, at=at)  # type: ignore[dict-item]
        return Case.objects.get(pk=opened.case.pk)

    def call(self, key: str = "k2", at: datetime | None = None, **answers: object) -> Case:
        """Somebody scans the contact card in C111; the task `answer` opens for `manager`."""
        opened = self.open("contact_card", {**CALL, **answers}, key, "card", at=at)  # type: ignore[dict-item]
        return Case.objects.get(pk=opened.case.pk)

    def task(self, case: Case, step: str = "") -> Task:
        """The open task of that step (the first open one without a step)."""
        tasks = Task.objects.filter(case=case, status=Task.Status.OPEN)
        return (tasks.filter(step=step) if step else tasks).order_by("pk")[0]

    def requester(self, case: Case) -> Actor:
        """The one who asked, with number and code shown."""
        return Actor("citizen", case.requester_name, case.requester_id, grants=frozenset([case.pk]))


REPAIR: Facts = {
    "fault": "socket", "extent": "one_spot", "description": "插座打火", "place": HOME, "period": "day",
    "contact_name": "王秀英", "contact_phone": "13800000012",
}  # fmt: skip
CALL: Facts = {
    "line": "business", "need": "想问电费怎么算", "place": HOME, "contact_name": "李阿婆",
    "contact_phone": "13800000067",
}  # fmt: skip


@pytest.fixture(scope="session")
def world_rows(django_db_setup: None, django_db_blocker) -> World:  # type: ignore[no-untyped-def]
    """The rows, once a session; tests use `world`."""
    with django_db_blocker.unblock():
        return _built_once()


@pytest.fixture
def world(world_rows: World, db: None) -> Iterator[World]:
    """The world inside this test's transaction; built again when a test without one has emptied the store."""
    yield world_rows if Organisation.objects.exists() else build()


@cache
def _built_once() -> World:
    """Several folders share this fixture by import, and each import is a fixture of its own."""
    return build()


def build() -> World:
    """Fill an empty, migrated store."""
    now = timezone.now()
    made = World(now, timezone.localdate(now))
    began_on = made.today - timedelta(days=400)
    _calendars(made)
    _organisations()
    _cells(began_on, now)
    _people(began_on)
    _electricians(made.today)
    _network(now)
    _practices(now - timedelta(days=150))
    issue_contact_card(Village("海棠村", "Haitang Village", 119.91, 29.91), SYSTEM, now, code="card-1")
    return made


def _calendars(made: World) -> None:
    for year in range(made.today.year - 1, made.today.year + 2):
        known = year in codec.known_years()
        days = {day: (working, "") for day, working in codec.rows([year])} if known else {}
        enter_calendar_year(year, days, codec.SOURCE if known else "weekends only, for tests", SYSTEM, made.now)


def _organisations() -> None:
    for code, kind, zh, en, parent in ORGANISATIONS:
        Organisation.objects.create(code=code, kind=kind, name_zh=zh, name_en=en, parent_id=parent, phone="95598")


def _cells(began_on: date, now: datetime) -> None:
    """Stations beside each other, two areas in each (south, north), two cells in each (west, east)."""
    shapes = []
    for s in (1, 2):
        west = WEST + (s - 1) * WIDTH
        shapes.append(CellShape(f"S{s}", 1, "", f"第{s}所辖区", box(west, SOUTH, west + WIDTH, SOUTH + HEIGHT)))
        for a in (1, 2):
            south, top = SOUTH + (a - 1) * HEIGHT / 2, SOUTH + a * HEIGHT / 2
            area = box(west, south, west + WIDTH, top)
            shapes.append(CellShape(f"A{s}{a}", 2, f"S{s}", f"第{s}所第{a}片区", area))
            for c in (1, 2):
                cell = box(west + (c - 1) * WIDTH / 2, south, west + c * WIDTH / 2, top)
                shapes.append(CellShape(f"C{s}{a}{c}", 3, f"A{s}{a}", f"{s}{a}{c}网格", cell))
    owners = {"S1": "station-1", "S2": "station-2"}
    import_cells(Collection(len(shapes), tuple(shapes)), owners, began_on, SYSTEM, now)
    for cell in Cell.objects.all():
        cell.name_en = f"Cell {cell.code}"
        cell.save()


def _people(began_on: date) -> None:
    password = make_password(PASSWORD)
    for at, (login, name, role, organisation, cell) in enumerate(PEOPLE):
        person = Person.objects.create(name=name, phone=f"138000001{at:02d}", organisation_id=organisation)
        post = Post.objects.create(code=f"post-{login}", role=role, organisation_id=organisation, cell_code=cell)
        Tenure.objects.create(post=post, person=person, starts_on=began_on)
        Account.objects.create(username=login, password=password, person=person)
    resident = Person.objects.create(name="林小满", phone="13000000000")
    Account.objects.create(username=RESIDENT, password=password, person=resident)


def _electricians(today: date) -> None:
    for at, login in enumerate(("electrician", "electrician2")):
        person = Account.objects.get(username=login).person
        Electrician.objects.create(
            person=person, team_id="electricians", licence_number=f"WL{at + 10001}",
            licence_valid_until=today + timedelta(days=300), qualifications=SKILLS,
            longitude=119.92 + at / 50, latitude=29.92,
        )  # fmt: skip


def _network(now: datetime) -> None:
    feeder = Feeder.objects.create(code="F001", name_zh="海棠101线", name_en="Haitang line 101")
    PowerLine.objects.create(
        code="F001", name_zh="海棠101线", name_en="Haitang line 101", voltage_kv=10, laid="overhead", feeder=feeder,
        geometry_wkb=to_wkb(LineString([(119.9, LINE_NORTH), (119.94, LINE_NORTH)])), west=119.9, south=LINE_NORTH,
        east=119.94, north=LINE_NORTH, entered_at=now,
    )  # fmt: skip
    for cell in Cell.objects.filter(level=3):
        district = TransformerDistrict.objects.create(
            code=f"T-{cell.code}", name_zh=f"{cell.name_zh}1号台区", name_en=f"{cell.code} No. 1", feeder=feeder,
            organisation_id=cell.organisation_id, cell_code=cell.code, area_class="rural", capacity_kva=200,
            customers=120, longitude=cell.longitude, latitude=cell.latitude,
        )  # fmt: skip
        Customer.objects.create(
            number=f"33{cell.pk:08d}", name="王秀英", phone="13800000012", address=f"{cell.name_zh}8号",
            district=district, longitude=cell.longitude, latitude=cell.latitude,
        )  # fmt: skip


def _practices(at: datetime) -> None:
    for folder in sorted(path for path in PRACTICES.iterdir() if path.is_dir()):
        files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        install_practice(files, {}, SYSTEM, at, run_scenarios=False)
