"""Every figure opens to exactly the rows it was taken from, and can be worked out from them again."""

import csv
import html
import io
import re
from datetime import date, timedelta

import pytest
from django.test import Client

from tests.support.told_cases import tell_all
from tests.support.world import World
from wanjia.engine.expressions import ExpressionError, compile_expression, evaluate
from wanjia.model.faults import Where
from wanjia.practice.nouns import Indicator, Practice
from wanjia.queries.cases.installed import active_practices
from wanjia.queries.cases.load import load_of
from wanjia.queries.standing.indicators import Figure, Scope, practice_figures
from wanjia.records.cases.models import Case, Clock, RegisterRow

PERIOD = Scope(date(2020, 1, 1), date(2035, 12, 31))
QUERY = "from=2020-01-01&to=2035-12-31"


@pytest.fixture
def told(world: World) -> list[Case]:
    return tell_all()


def figures(world: World, by_cell: bool = False) -> list[tuple[Practice, Indicator, Figure]]:
    """Every indicator of every practice with its figure, as the county sees it."""
    practices = {practice.name: practice for practice in active_practices()}
    found = practice_figures(world.actor("company"), PERIOD, world.now, "zh-Hans", by_cell=by_cell)
    assert {one.practice for one in found} == practices.keys(), "every practice has told cases"
    return [
        (practices[one.practice], indicator, figure)
        for one in found
        for indicator, figure in zip(practices[one.practice].indicators, one.figures, strict=True)
    ]


def opened(client: Client, address: str) -> int:
    """How many rows a figure's page holds."""
    page = client.get(address)
    assert page.status_code == 200, address
    return page.context["page"].total


def exported(client: Client, address: str) -> list[float]:
    """What each row of a figure adds."""
    text = client.get(f"{address}&export=csv").content.decode("utf-8-sig")
    return [float(row[-1]) for row in list(csv.reader(io.StringIO(text)))[1:]]


@pytest.mark.heavy
def test_every_indicator_opens_to_its_denominator(world: World, told: list[Case]) -> None:
    company, seen = world.client("company"), 0
    for practice, indicator, figure in figures(world):
        address = f"/desk/indicators/{practice.name}/{indicator.id}/?{QUERY}"
        total, values = opened(company, address), [row.value for row in figure.rows]
        where = f"{practice.name}.{indicator.id}"
        assert total == len(values) == denominator(practice, indicator, figure), where
        assert figure.value == worked_out(indicator, values), where
        if practice.name == "contact_card":
            assert exported(company, address) == pytest.approx(values), where
        assert sum(count for _, _, count in figure.by_place) == total, where
        for place, value, count in figure.by_place:
            part = [row.value for row in figure.rows_at(place)]
            assert (len(part), worked_out(indicator, part)) == (count, value), (where, place)
        seen += total
    assert seen > len(told), "the scenarios give the indicators something to count"


def test_a_place_opens_to_its_own_rows_and_no_place_to_those_without(world: World, told: list[Case]) -> None:
    company = world.client("company")
    address = f"/desk/indicators/contact_card/calls/?{QUERY}"
    every = opened(company, address)
    parts = [opened(company, f"{address}&place={place}") for place in ("station-1", "station-2", "county", "")]
    assert sum(parts) == every and parts[-1] == 0 and all(parts[:-1])


def worked_out(indicator: Indicator, values: list[float]) -> float | None:
    if indicator.measure in ("count", "entries"):
        return float(len(values))
    if indicator.measure == "sum":
        return float(sum(values))
    return sum(values) / len(values) if values else None


def denominator(practice: Practice, indicator: Indicator, figure: Figure) -> int:
    """Counted in another way: clocks' runs from their rows, expressions over the saved states one by one."""
    cases = Case.objects.filter(practice__name=practice.name, practice__active=True).exclude(status="merged")
    wanted = [case for case in cases if indicator.where is None or value_of(practice, indicator.where, case) is True]
    if indicator.clock:
        ended = ("stopped", "late", "expired")
        return Clock.objects.filter(case__in=wanted, clock=indicator.clock, status__in=ended).count()
    if indicator.register:
        rows = RegisterRow.objects.filter(
            case__practice__name=practice.name, register=indicator.register, struck_at=None
        )
        spoken_of = [row for row in rows if row.case in wanted]
        if indicator.measure == "entries":
            return len(spoken_of)
        return sum(isinstance(row.values[indicator.of or ""], int | float) for row in spoken_of)
    if indicator.measure == "mean":
        values = [value_of(practice, indicator.of or "", case) for case in wanted]
        return sum(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    if indicator.measure == "duration":
        assert figure.cases == len(figure.rows) <= len(wanted), "a case has one duration at most"
        return len(figure.rows)
    return len(wanted)


def value_of(practice: Practice, text: str, case: Case) -> object:
    facts = {**dict.fromkeys(practice.facts), **case.state["settings"], **case.state["facts"]}
    try:
        return evaluate(compile_expression(text, Where())[0], facts, None)
    except ExpressionError:  # an expression that the facts do not allow has no value
        return None


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("address", "code"),
    [("/desk/company/?organisation=county", "county"), ("/desk/station/?organisation=station-1", "station-1")],
)
def test_every_number_of_a_load_view_opens_to_as_many_rows(
    world: World, told: list[Case], address: str, code: str
) -> None:
    """Scenarios lie in the past: what ended is moved into the last days, and some is due today."""
    for number, case in enumerate(Case.objects.order_by("pk")):
        case.opened_at = world.now - timedelta(days=20)
        case.ended_at = world.now - timedelta(days=number % 9, hours=1) if case.ended_at else None
        case.due_at = world.now + timedelta(hours=3 * (number % 20 - 10)) if case.status == "running" else None
        case.save()
    company = world.client("company")
    load = load_of(world.actor("company"), code, world.now, "zh-Hans")
    assert load is not None and load.figures.in_time is not None and load.figures.rated
    page = company.get(address).content.decode()
    head = {
        "status=running": load.figures.open, "due=today": load.figures.today, "due=overdue": load.figures.overdue,
        "rated=yes": load.figures.rated,
    }  # fmt: skip
    links = [html.unescape(link) for link in re.findall(r'href="(/desk/cases/\?[^"]+)"', page)]
    assert len(links) > 12 and len(set(links)) > 10
    for link in dict.fromkeys(links):
        total = company.get(link).context["page"].total
        row = row_of(load, link)
        expected = {
            "status=running": row.open, "due=today": row.today, "due=overdue": row.overdue,
        } if row else head  # fmt: skip
        for part, count in expected.items():
            if part in link:
                assert total == count, link
        if row and "ended_from" in link and "rated" not in link:
            assert total == row.ended, link
        if "rated=yes" in link:
            assert (
                0 < total == company.get(link.replace("&rated=yes", "")).context["page"].total - unrated(company, link)
            )


def row_of(load: object, link: str) -> object:
    """The line of the load view that a link belongs to."""
    asked = dict(part.split("=", 1) for part in link.partition("?")[2].split("&"))
    rows = {row.key: row for row in (*load.places, *load.practices)}  # type: ignore[attr-defined]
    if "own" in asked:
        return rows[asked["organisation"]]
    if "cell" in asked:
        return rows["" if asked["cell"] == "-" else asked["cell"]]
    return rows[asked["practice"]] if "practice" in asked else None


def unrated(client: Client, link: str) -> int:
    """Cases behind a link that nobody rated."""
    every = client.get(link.replace("&rated=yes", "") + "&export=csv").content.decode("utf-8-sig")
    numbers = [row[0] for row in list(csv.reader(io.StringIO(every)))[1:]]
    return Case.objects.filter(number__in=numbers, rating=None).count()
