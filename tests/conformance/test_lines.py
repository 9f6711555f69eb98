"""A company's lines come in, or the whole is refused with the list; a place then knows in which zone it lies."""

from datetime import timedelta

import pytest
import shapely

from tests.support.rows import denied
from tests.support.world import HOME, World
from wanjia.actions.cases.capabilities.line_zones import outages_of_line, zone_of_place
from wanjia.actions.network.enter_lines import enter_lines
from wanjia.kernels.zones.entry import LineEntry
from wanjia.model.actors import SYSTEM, Actor
from wanjia.model.faults import Refused
from wanjia.records.cases.models import Case
from wanjia.records.network.models import Feeder, Outage, PowerLine

EAST = {"longitude": 119.93, "latitude": 29.95}


def entry(row: int = 1, code: str = "HV1", **changes: object) -> LineEntry:
    way = shapely.LineString([(119.92, 29.9501), (119.94, 29.9501)])
    told = {"name_zh": "35千伏海石线", "name_en": "", "voltage_kv": 35.0, "laid": "overhead", "edge_m": 2.0}
    told |= {"feeder": "", "geometry": way}
    return LineEntry(row, code, **{**told, **changes})  # type: ignore[arg-type]


def test_lines_are_entered_and_brought_up_to_date(world: World) -> None:
    assert enter_lines([entry(), entry(2, "HV2", laid="cable", feeder="F001")], SYSTEM, world.now) == 2
    row = PowerLine.objects.get(code="HV1")
    assert (row.west, row.north, row.voltage_kv, row.feeder_id) == (119.92, 29.9501, 35.0, None)
    enter_lines([entry(voltage_kv=110.0)], SYSTEM, world.now)
    assert PowerLine.objects.get(code="HV1").voltage_kv == 110.0
    assert PowerLine.objects.count() == 3, "lines that the file does not have stay"


def test_every_fault_is_listed_and_nothing_is_entered(world: World) -> None:
    wrong = [
        entry(1, ""), entry(2, "A", voltage_kv=0.4), entry(3, "B", laid="buried"), entry(4, "C", edge_m=-1.0),
        entry(5, "D", feeder="F999"), entry(6, "E", geometry=shapely.Point(1, 1)), entry(7, "F", geometry=None),
        entry(8, "G"), entry(9, "G"), entry(10, "H", geometry=shapely.LineString([(500, 0), (501, 0)])),
    ]  # fmt: skip
    with pytest.raises(Refused) as refused:
        enter_lines(wrong, SYSTEM, world.now)
    found = [(fault.code, fault.where.line) for fault in refused.value.faults]
    assert found == [
        ("lines.code", 1), ("lines.voltage", 2), ("lines.laid", 3), ("lines.edge", 4), ("lines.feeder", 5),
        ("lines.geometry", 6), ("lines.geometry", 7), ("lines.geometry", 10), ("lines.repeated", 9),
    ]  # fmt: skip
    assert PowerLine.objects.count() == 1
    with denied():
        enter_lines([entry()], Actor("citizen", ""), world.now)


def test_a_place_knows_its_zone(world: World) -> None:
    case = Case()
    enter_lines([entry()], SYSTEM, world.now)
    here = zone_of_place({"place": HOME}, case, world.now)
    assert here["in_zone"] is True
    assert (here["line"], here["feeder"], here["voltage_kv"], here["clearance_needed_m"]) == (
        "海棠101线", "F001", 10.0, 5.0,
    )  # fmt: skip
    assert here["distance_m"] == pytest.approx(3.3, abs=0.1)
    beside = zone_of_place({"place": EAST}, case, world.now)
    assert (beside["in_zone"], beside["line_code"]) == (True, "HV1"), "11 m away, but 2 m of them are conductors"
    assert beside["distance_m"] == pytest.approx(9.1, abs=0.1)
    far = zone_of_place({"place": {"longitude": 119.93, "latitude": 29.951}}, case, world.now)
    assert (far["in_zone"], far["line_code"]) == (False, "HV1")
    nowhere = zone_of_place({"place": {"longitude": 119.99, "latitude": 30.09}}, case, world.now)
    assert nowhere["in_zone"] is False and nowhere["line"] is None
    stands = zone_of_place({}, Case(longitude=HOME["longitude"], latitude=HOME["latitude"]), world.now)
    assert stands == here


def test_a_feeders_outages_are_counted_by_cause(world: World) -> None:
    feeder = Feeder.objects.get(code="F001")
    for at, (days, cause, planned, status) in enumerate(
        [(10, "tree", False, "restored"), (20, "tree", False, "restored"), (30, "animal", False, "restored"),
         (40, "tree", True, "restored"), (50, "tree", False, "false"), (400, "tree", False, "restored")]
    ):  # fmt: skip
        when = world.now - timedelta(days=days)
        Outage.objects.create(
            number=f"O{at}", sensing_key=f"k{at}", status=status, device_id="x", device_level="feeder", feeder=feeder,
            starts_at=when, detected_at=when, ends_at=when, districts_dark=0, districts_touched=1, customers_dark=0,
            customers_touched=1, cause=cause, planned=planned, confidence=1.0, changed_at=when,
        )  # fmt: skip
    until = world.today.isoformat()
    asked = {"feeder": "F001", "cause": "tree", "until": until, "days": 365}
    assert outages_of_line(asked, Case(), world.now) == {"outages": 2}
    assert outages_of_line({**asked, "cause": None}, Case(), world.now) == {"outages": 3}
    assert outages_of_line({**asked, "feeder": None}, Case(), world.now) == {"outages": 0}
    with pytest.raises(Refused):
        outages_of_line({**asked, "until": "soon"}, Case(), world.now)
