"""Fills an empty store with the demo prefecture: organisations, cells, people in posts, districts, customers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from django.contrib.auth.hashers import make_password
from numpy.random import Generator
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from wanjia.actions.cases.enter_calendar_year import enter_calendar_year
from wanjia.actions.territory.import_territory import import_cells
from wanjia.actions.territory.issue_contact_card import Village, issue_contact_card
from wanjia.adapters.work_calendar import codec as published_days
from wanjia.cli.demo.geometry import Grid, make_grid, points_inside
from wanjia.cli.demo.names import COUNTIES, PlaceName, person_name, phone, place_names
from wanjia.kernels.cover.collection import Collection
from wanjia.kernels.cover.shapes import CellShape
from wanjia.model.actors import SYSTEM
from wanjia.records.network.models import Customer, Feeder, TransformerDistrict
from wanjia.records.territory.models import Account, Cell, Electrician, Organisation, Person, Post, Tenure

COUNTY_COUNT, STATION_COUNT, AREA_COUNT, CELL_COUNT = 11, 86, 210, 645
DISTRICT_COUNT = 9_087
FEEDER_COUNT = 640
CUSTOMERS_PER_DISTRICT = 2
"""Customers with a row of their own; the rest of a district is only counted."""
LIFE_SUPPORT_SHARE, SENSITIVE_SHARE = 0.053, 0.12
"""Of the customers with a row; 0.05 % of all customers are then on life support."""
ELECTRICIAN_COUNT = 260
CARD_COUNT = 70
PASSWORD = "wanjia-demo"
AREA_DENSITY_LIMITS = {"urban": 0.0011, "rural": 0.0060}
"""Square degrees: cells smaller than the first are urban, larger than the second remote."""

PARTNERS = (
    ("city_government", "望澜市人民政府", "Wanglan City Government", "government", ""),
    ("service_centre", "望澜市行政服务中心", "Wanglan Government Service Centre", "service_window", "city_government"),
    ("city_management", "望澜市城市管理局", "City Management Bureau", "government", "city_government"),
    ("natural_resources", "望澜市自然资源局", "Natural Resources Bureau", "government", "city_government"),
    ("traffic_police", "望澜市交警支队", "Traffic Police", "government", "city_government"),
    ("landscape", "望澜市园林中心", "Parks and Landscape Centre", "government", "city_government"),
    ("water", "望澜市水利局", "Water Resources Bureau", "government", "city_government"),
    ("development_reform", "望澜市发展改革委", "Development and Reform Commission", "government", "city_government"),
    ("property_registry", "望澜市不动产登记中心", "Property Registration Centre", "government", "city_government"),
    ("subdistrict", "望澜市海棠街道办事处", "Haitang Subdistrict Office", "government", "city_government"),
    ("market_regulation", "望澜市市场监督管理局", "Market Regulation Bureau", "government", "city_government"),
    ("forestry", "望澜市林业局", "Forestry Bureau", "government", "city_government"),
    ("emergency_management", "望澜市应急管理局", "Emergency Management Bureau", "government", "city_government"),
    ("education", "望澜市教育局", "Education Bureau", "government", "city_government"),
    ("finance", "望澜市财政局", "Finance Bureau", "government", "city_government"),
)
FIXED_HOLIDAYS = ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))
"""Month and day of the statutory holidays that follow the solar calendar."""
PROVISIONAL = "演示用暂定日历：仅含公历固定假日，待国务院办公厅公布后更正"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Made:
    """What later steps of the demo need to know of the world."""

    grid: Grid
    villages: tuple[PlaceName, ...]
    accounts: dict[str, int]


def make_world(chance: Generator, today: date, now: datetime, tell: Say) -> Made:
    """Everything but practices and cases. The store must be empty and migrated."""
    began_on = today - timedelta(days=400)
    tell("calendar")
    enter_calendars(today, now)
    tell("organisations")
    towns = place_names(chance, STATION_COUNT + CELL_COUNT)
    stations, villages = towns[:STATION_COUNT], tuple(towns[STATION_COUNT:])
    tell("cells")
    grid = make_grid(chance, COUNTY_COUNT, STATION_COUNT, AREA_COUNT, CELL_COUNT)
    make_organisations(grid, stations)
    make_cells(grid, stations, villages, began_on, now)
    tell("people")
    make_people(chance, grid, began_on)
    make_electricians(chance, grid, villages, today)
    tell("districts")
    make_districts(chance, grid, villages)
    tell("cards")
    make_cards(chance, grid, villages, now)
    return Made(grid, villages, make_accounts(grid))


def enter_calendars(today: date, now: datetime) -> None:
    """Last year, this year and the next: as published, or the fixed-date holidays for a year not announced yet."""
    known = published_days.known_years()
    for year in range(today.year - 1, today.year + 2):
        if year in known:
            days, source = {day: (worked, "") for day, worked in published_days.rows([year])}, published_days.SOURCE
        else:
            days, source = {date(year, *day): (False, "") for day in FIXED_HOLIDAYS}, PROVISIONAL
        enter_calendar_year(year, days, source, SYSTEM, now)


def make_organisations(grid: Grid, stations: list[PlaceName]) -> None:
    """Province, city, counties, stations, partner bodies."""
    add = Organisation.objects.create
    province = add(
        code="province",
        kind="province_company",
        name_zh="澜东省电力公司",
        name_en="Landong Power Company",
        phone="95598",
    )
    city = add(
        code="city",
        kind="city_company",
        name_zh="望澜供电公司",
        name_en="Wanglan Power Supply Company",
        parent=province,
        phone="95598",
    )
    for code, zh, en, kind, parent in PARTNERS:
        add(code=code, kind=kind, name_zh=zh, name_en=en, parent_id=parent or None, phone="12345")
    for at, (zh, en, _) in enumerate(COUNTIES):
        name_zh, name_en = f"{zh[:-1]}供电公司", f"{en.split()[0]} Power Supply Company"
        add(
            code=f"county-{at + 1:02d}",
            kind="county_company",
            name_zh=name_zh,
            name_en=name_en,
            parent=city,
            phone="95598",
        )
    county_of = dict(zip(grid.station_of.tolist(), grid.county_of.tolist(), strict=True))
    Organisation.objects.bulk_create(
        Organisation(
            code=f"station-{at + 1:02d}", kind="station", name_zh=f"{name.zh}供电所",
            name_en=f"{name.en} Supply Station", parent_id=f"county-{county_of[at] + 1:02d}", phone="95598",
        )
        for at, name in enumerate(stations)
    )  # fmt: skip
    Organisation.objects.bulk_create(
        Organisation(
            code=f"electricians-{at + 1:02d}", kind="electrician_team", name_zh=f"{zh[:-1]}表后用电服务队",
            name_en=f"{en.split()[0]} Village Electricians", parent_id=f"county-{at + 1:02d}",
        )
        for at, (zh, en, _) in enumerate(COUNTIES)
    )  # fmt: skip


def make_cells(
    grid: Grid, stations: list[PlaceName], villages: tuple[PlaceName, ...], began_on: date, now: datetime
) -> None:
    """Three levels through the import action, which proves that they fit."""
    cells, english = [], {}

    def add(code: str, level: int, parent: str, zh: str, en: str, shape: BaseGeometry) -> None:
        cells.append(CellShape(code, level, parent, zh, shape))
        english[code] = en

    for at, shape in enumerate(grid.stations):
        add(f"S{at + 1:02d}", 1, "", f"{stations[at].zh}镇", f"{stations[at].en} Town", shape)
    station_of_area = dict(zip(grid.area_of.tolist(), grid.station_of.tolist(), strict=True))
    order: dict[int, int] = {}
    for at, shape in enumerate(grid.areas):
        station = station_of_area[at]
        order[station] = order.get(station, 0) + 1
        name = stations[station]
        add(f"A{at + 1:03d}", 2, f"S{station + 1:02d}", f"{name.zh}第{'一二三四五六七八九十'[order[station] - 1]}片区",
            f"{name.en} Area {order[station]}", shape)  # fmt: skip
    for at, shape in enumerate(grid.cells):
        add(
            cell_code(at), 3, f"A{grid.area_of[at] + 1:03d}", f"{villages[at].zh}网格", f"{villages[at].en} Cell", shape
        )
    classes = {cell_code(at): _area_class(shape) for at, shape in enumerate(grid.cells)}
    owners = {f"S{at + 1:02d}": f"station-{at + 1:02d}" for at in range(STATION_COUNT)}
    import_cells(Collection(len(cells), tuple(cells)), owners, began_on, SYSTEM, now, classes)
    rows = list(Cell.objects.all())
    for row in rows:
        row.name_en = english[row.code]
    Cell.objects.bulk_update(rows, ["name_en"], batch_size=300)


def cell_code(at: int) -> str:
    """Code of a finest cell by its place in the grid."""
    return f"C{at + 1:03d}"


def _area_class(shape: BaseGeometry) -> str:
    if shape.area < AREA_DENSITY_LIMITS["urban"]:
        return "urban"
    return "rural" if shape.area < AREA_DENSITY_LIMITS["rural"] else "remote"


def make_people(chance: Generator, grid: Grid, began_on: date) -> None:
    """One person for every post: the grid's three levels, the companies' chiefs, the partner bodies' desks."""
    posts: list[Post] = []

    def post(code: str, role: str, organisation: str, cell: str = "") -> None:
        posts.append(Post(code=code, role=role, organisation_id=organisation, cell_code=cell))

    station_of_area = dict(zip(grid.area_of.tolist(), grid.station_of.tolist(), strict=True))
    for at in range(STATION_COUNT):
        post(f"chief-{at + 1:02d}", "station_chief", f"station-{at + 1:02d}", f"S{at + 1:02d}")
    for at in range(AREA_COUNT):
        post(f"senior-{at + 1:03d}", "senior_manager", f"station-{station_of_area[at] + 1:02d}", f"A{at + 1:03d}")
    for at in range(CELL_COUNT):
        post(f"manager-{at + 1:03d}", "district_manager", f"station-{grid.station_of[at] + 1:02d}", cell_code(at))
    for at in range(COUNTY_COUNT):
        post(f"county-manager-{at + 1:02d}", "county_manager", f"county-{at + 1:02d}")
    for role, code in (
        ("company_manager", "city"),
        ("dispatcher", "city"),
        ("administrator", "city"),
        ("practice_editor", "city"),
    ):
        post(f"{role.replace('_', '-')}-1", role, code)
    for at in range(4):
        post(f"window-clerk-{at + 1}", "window_clerk", "service_centre")
    post("window-chief-1", "window_chief", "service_centre")
    for code, _, _, kind, parent in PARTNERS:
        if kind == "government" and parent:
            post(f"reviewer-{code}", "reviewer", code)
    Post.objects.bulk_create(posts, batch_size=300)
    people = [
        Person(name=person_name(chance), phone=phone(chance), organisation_id=row.organisation_id) for row in posts
    ]
    Person.objects.bulk_create(people, batch_size=300)
    Tenure.objects.bulk_create(
        (Tenure(post=row, person=person, starts_on=began_on) for row, person in zip(posts, people, strict=True)),
        batch_size=300,
    )


def make_electricians(chance: Generator, grid: Grid, villages: tuple[PlaceName, ...], today: date) -> None:
    """Village electricians spread over the cells, with licences and what they may repair."""
    homes = chance.choice(CELL_COUNT, ELECTRICIAN_COUNT, replace=False)
    homes[0] = demo_cell(grid)  # the login `electrician` is the nearest for the login `manager`
    skills = ["socket", "lamp", "air_switch", "leakage_trip", "wiring", "no_power", "meter_box", "other"]
    people = [
        Person(
            name=person_name(chance), phone=phone(chance), organisation_id=f"electricians-{grid.county_of[at] + 1:02d}"
        )
        for at in homes
    ]
    Person.objects.bulk_create(people, batch_size=300)
    posts = [
        Post(code=f"electrician-{at + 1:03d}", role="village_electrician", organisation_id=person.organisation_id)
        for at, person in enumerate(people)
    ]
    Post.objects.bulk_create(posts, batch_size=300)
    start = today - timedelta(days=400)
    Tenure.objects.bulk_create(Tenure(post=p, person=q, starts_on=start) for p, q in zip(posts, people, strict=True))
    Electrician.objects.bulk_create(
        Electrician(
            person=person, team_id=person.organisation_id, licence_number=f"WL{at + 10_001}",
            licence_valid_until=today + timedelta(days=int(chance.integers(60, 1500))),
            qualifications=skills if chance.random() < 0.8 else skills[:4],
            longitude=grid.centres[home][0], latitude=grid.centres[home][1],
        )
        for at, (person, home) in enumerate(zip(people, homes, strict=True))
    )  # fmt: skip


def make_districts(chance: Generator, grid: Grid, villages: tuple[PlaceName, ...]) -> None:
    """Feeders, 9,087 transformer districts and some of their customers."""
    weights = np.array([{"urban": 2.2, "rural": 1.0, "remote": 0.7}[_area_class(shape)] for shape in grid.cells])
    counts = np.maximum(4, np.floor(weights / weights.sum() * DISTRICT_COUNT).astype(int))
    while counts.sum() != DISTRICT_COUNT:
        counts[int(chance.integers(CELL_COUNT))] += 1 if counts.sum() < DISTRICT_COUNT else -1
    feeders = feeders_of(grid)
    make_feeders(feeders, villages)
    districts: list[TransformerDistrict] = []
    customers: list[Customer] = []
    for at, shape in enumerate(grid.cells):
        for number, (x, y) in enumerate(points_inside(chance, shape, int(counts[at])), start=1):
            row = _district(chance, grid, villages, at, number, int(feeders[at]), float(x), float(y))
            districts.append(row)
            customers += _customers(chance, row, villages[at], len(customers))
    TransformerDistrict.objects.bulk_create(districts, batch_size=500)
    Customer.objects.bulk_create(customers, batch_size=500)


def feeders_of(grid: Grid) -> NDArray[np.int64]:
    """Feeder of each cell. There are a few less than cells: two on one follow each other in their area or station."""
    order = np.lexsort((grid.area_of, grid.station_of, grid.county_of))
    feeder = np.empty(CELL_COUNT, dtype=np.int64)
    feeder[order] = np.arange(CELL_COUNT) * FEEDER_COUNT // CELL_COUNT
    return feeder


def make_feeders(feeders: NDArray[np.int64], villages: tuple[PlaceName, ...]) -> None:
    """Every feeder is called after the first village on it."""
    home = [villages[int(np.argmax(feeders == at))] for at in range(FEEDER_COUNT)]
    Feeder.objects.bulk_create(
        [
            Feeder(
                code=f"F{at + 1:03d}",
                name_zh=f"{name.zh}{100 + at % 90}线",
                name_en=f"{name.en} line {100 + at % 90}",
            )
            for at, name in enumerate(home)
        ],
        batch_size=300,
    )


def _district(
    chance: Generator, grid: Grid, villages: tuple[PlaceName, ...], at: int, number: int, feeder: int, x: float,
    y: float,
) -> TransformerDistrict:  # fmt: skip
    area = _area_class(grid.cells[at])
    return TransformerDistrict(
        code=f"T{at + 1:03d}{number:03d}", name_zh=f"{villages[at].zh}{number}号台区",
        name_en=f"{villages[at].en} No. {number}", feeder_id=f"F{feeder + 1:03d}",
        organisation_id=f"station-{grid.station_of[at] + 1:02d}",
        cell_code=cell_code(at), area_class=area, capacity_kva=int(chance.choice([100, 200, 315, 400, 630])),
        customers=int(chance.integers(60, 420 if area == "urban" else 260)), longitude=x, latitude=y,
    )  # fmt: skip


def _customers(chance: Generator, district: TransformerDistrict, village: PlaceName, done: int) -> list[Customer]:
    return [
        Customer(
            number=f"33{done + at + 1:08d}", name=person_name(chance), phone=phone(chance),
            address=f"{village.zh}村{int(chance.integers(1, 200))}号", district=district,
            longitude=round(district.longitude + float(chance.normal(0, 0.0004)), 6),
            latitude=round(district.latitude + float(chance.normal(0, 0.0004)), 6),
            arrears_yuan=round(float(chance.uniform(20, 400)), 2) if chance.random() < 0.03 else 0,
            cut_for_arrears=bool(chance.random() < 0.005), priority=_priority(float(chance.random())),
        )
        for at in range(CUSTOMERS_PER_DISTRICT)
    ]  # fmt: skip


def _priority(drawn: float) -> str:
    """Whom the company knows by name is often somebody who cannot bear an outage."""
    if drawn < LIFE_SUPPORT_SHARE:
        return "life_support"
    return "sensitive" if drawn < LIFE_SUPPORT_SHARE + SENSITIVE_SHARE else "ordinary"


def make_cards(chance: Generator, grid: Grid, villages: tuple[PlaceName, ...], now: datetime) -> None:
    """A contact card in 70 villages; the first has a code that the demo can print."""
    for number, at in enumerate(chance.choice(CELL_COUNT, CARD_COUNT, replace=False)):
        x, y = points_inside(chance, grid.cells[int(at)], 1)[0]
        name = villages[int(at)]
        village = Village(f"{name.zh}村", f"{name.en} Village", float(x), float(y))
        issue_contact_card(village, SYSTEM, now, code="demo-card" if number == 0 else f"demo-{number:03d}")


def demo_cell(grid: Grid) -> int:
    """The cell of the login `manager`."""
    return int(np.flatnonzero(grid.station_of == 0)[0])


def logins(grid: Grid) -> dict[str, str]:
    """User name -> post code; the grid's three belong to one station, so that they meet in the same cases."""
    cell = demo_cell(grid)
    area, county = int(grid.area_of[cell]), int(grid.county_of[cell])
    partners = [code for code, _, _, kind, parent in PARTNERS if kind == "government" and parent]
    return {
        "manager": f"manager-{cell + 1:03d}",
        "senior": f"senior-{area + 1:03d}",
        "chief": "chief-01",
        "county": f"county-manager-{county + 1:02d}",
        "company": "company-manager-1",
        "dispatch": "dispatcher-1",
        "electrician": "electrician-001",
        "clerk": "window-clerk-1",
        "signer": "window-chief-1",
        **{code: f"reviewer-{code}" for code in partners},
        "editor": "practice-editor-1",
        "admin": "administrator-1",
    }


def make_accounts(grid: Grid) -> dict[str, int]:
    """One login per role, all with the demo's password, and a resident; user name -> person id."""
    password = make_password(PASSWORD)
    found: dict[str, int] = {}
    for username, post in logins(grid).items():
        person = Tenure.objects.get(post__code=post).person
        Account.objects.create(username=username, password=password, person=person)
        found[username] = person.pk
    resident = Person.objects.create(name="林小满", phone="13000000000")
    Account.objects.create(username="resident", password=password, person=resident)
    return {**found, "resident": resident.pk}
