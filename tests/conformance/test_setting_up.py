"""What an installation is made of: territory, practices, calendar years, contact cards; all of it or nothing."""

from datetime import date, timedelta

import pytest
from shapely.geometry import box

from tests.support.practices import files_in, small_practice
from tests.support.rows import denied, fingerprint, refused
from tests.support.world import CALL, HEIGHT, PRACTICES, SOUTH, WEST, WIDTH, World
from wanjia.actions.cases.enter_calendar_year import enter_calendar_year
from wanjia.actions.cases.install_practice import install_practice
from wanjia.actions.territory.import_territory import import_cells
from wanjia.actions.territory.issue_contact_card import Village, issue_contact_card
from wanjia.kernels.cover.collection import Collection
from wanjia.kernels.cover.shapes import CellShape
from wanjia.model.actors import SYSTEM
from wanjia.model.faults import Refused
from wanjia.queries.territory.who_answers import who_answers
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.models import Case, PracticeVersion
from wanjia.records.territory.models import Cell


def cells(middle: float, gap: float = 0.0) -> Collection:
    """One station with two areas side by side; a positive gap leaves a strip between them, a negative overlaps."""
    east, north = WEST + WIDTH, SOUTH + HEIGHT
    shapes = (
        CellShape("S1", 1, "", "海棠", box(WEST, SOUTH, east, north)),
        CellShape("W", 2, "S1", "西", box(WEST, SOUTH, middle - gap / 2, north)),
        CellShape("E", 2, "S1", "东", box(middle + gap / 2, SOUTH, east, north)),
    )
    return Collection(len(shapes), shapes)


def as_version(files: dict[str, bytes], old: bytes, new: bytes) -> dict[str, bytes]:
    """The same practice under another version number."""
    changed = files["practice.yaml"].replace(b"version: " + old, b"version: " + new)
    assert changed != files["practice.yaml"]
    log = b"# Changelog\n\n## " + new + b"\n\n- Changed.\n\n" + files["CHANGELOG.md"].replace(b"# Changelog\n", b"", 1)
    return {**files, "practice.yaml": changed, "CHANGELOG.md": log}


def test_a_territory_that_is_not_exact_is_refused_with_the_whole_list(world: World) -> None:
    with pytest.raises(Refused) as caught:
        import_cells(cells(119.95, gap=0.002), {}, world.today, SYSTEM, world.now)
    found = {fault.code: fault for fault in caught.value.faults}
    assert set(found) == {"territory.gap", "territory.organisation_unknown"}
    gap = found["territory.gap"].values
    assert gap["at"].startswith("(119.95") and (gap["level"], gap["cells"]) == (2, "E, W")
    with refused("territory.gap"):
        import_cells(cells(119.95, gap=0.002), {"S1": "station-1"}, world.today, SYSTEM, world.now)
    with refused("territory.overlap"):
        import_cells(cells(119.95, gap=-0.002), {"S1": "station-1"}, world.today, SYSTEM, world.now)
    for login in ("chief", "county", "company", "manager"):
        with denied():
            import_cells(cells(119.95), {"S1": "station-1"}, world.today, world.actor(login), world.now)


def test_new_cells_hold_from_their_day_and_the_old_ones_until_the_day_before(world: World) -> None:
    tomorrow = world.today + timedelta(days=1)
    assert import_cells(cells(119.95), {"S1": "station-1"}, tomorrow, world.actor("admin"), world.now) == 3
    today = [row.cell_code for row in who_answers(119.91, 29.91, world.today)]
    later = list(Cell.objects.filter(starts_on=tomorrow).values_list("code", flat=True))
    assert today == ["S1", "A11", "C111"] and sorted(later) == ["E", "S1", "W"]
    assert not Cell.objects.filter(ends_on=None, starts_on__lt=tomorrow).exists()


def test_installing_the_same_practice_again_changes_nothing_that_runs(world: World) -> None:
    files = files_in(PRACTICES / "contact_card")
    case = world.call()
    row = install_practice(files, {}, world.actor("company"), world.now)
    assert PracticeVersion.objects.filter(name="contact_card").count() == 1 and row.pk == case.practice_id


def test_a_version_is_taken_once(world: World) -> None:
    files = small_practice()
    install_practice(files, {}, SYSTEM, world.now)
    changed = {**files, "texts/en.json": files["texts/en.json"].replace(b'"name": "', b'"name": "Another ')}
    assert changed != files
    with refused("practice.version_taken"):
        install_practice(changed, {}, SYSTEM, world.now)
    newer = as_version(changed, b"0.1.0", b"0.2.0")
    install_practice(newer, {}, SYSTEM, world.now)
    versions = PracticeVersion.objects.filter(name="meter_test").order_by("version")
    assert [(row.version, row.active) for row in versions] == [("0.1.0", False), ("0.2.0", True)]


def test_a_broken_practice_is_not_installed(world: World) -> None:
    files = small_practice()
    before = fingerprint()
    for broken in (
        {**files, "process.bpmn": b"<nonsense/>"},
        {path: text for path, text in files.items() if path != "practice.yaml"},
        {**files, "clocks.yaml": b"clocks: [{id: x, regime: wish}]"},
    ):
        with pytest.raises(Refused) as caught:
            install_practice(broken, {}, SYSTEM, world.now)
        assert caught.value.faults and fingerprint() == before
    for login in ("chief", "county", "editor", "clerk"):
        with denied():
            install_practice(files, {}, world.actor(login), world.now)


def test_settings_outside_their_bounds_are_refused_all_at_once(world: World) -> None:
    files = files_in(PRACTICES / "behind_meter_repair")
    before = fingerprint()
    with pytest.raises(Refused) as caught:
        install_practice(files, {"fee_base": -1, "free_km": "far", "unheard_of": 1}, SYSTEM, world.now)
    assert len(caught.value.faults) == 3 and fingerprint() == before


def test_a_running_case_stays_on_the_version_it_began_with(world: World) -> None:
    case = world.call()
    files = files_in(PRACTICES / "contact_card")
    installed = install_practice(as_version(files, b"1.1.1", b"1.2.0"), {}, SYSTEM, world.now, run_scenarios=False)
    assert Case.objects.get(pk=case.pk).practice.version == "1.1.1"
    assert world.open("contact_card", CALL, "later", "card").case.practice_id == installed.pk


def test_a_year_is_entered_whole_and_replaced_whole(world: World) -> None:
    year = world.today.year + 2
    days = {date(year, 10, 1): (False, "国庆节"), date(year, 10, 2): (False, "国庆节")}
    with refused("calendar.other_year", "calendar.source_missing"):
        enter_calendar_year(year, {**days, date(year + 1, 1, 1): (False, "")}, " ", SYSTEM, world.now)
    with refused("calendar.year_range"):
        enter_calendar_year(26, {}, "通知", SYSTEM, world.now)
    for login in ("chief", "company", "editor"):
        with denied():
            enter_calendar_year(year, days, "通知", world.actor(login), world.now)
    first = enter_calendar_year(year, days, "通知", world.actor("admin"), world.now)
    assert not work_calendar().is_working(date(year, 10, 2))
    second = enter_calendar_year(year, {date(year, 10, 1): (False, "国庆节")}, "更正", SYSTEM, world.now)
    assert second.revision > first.revision
    assert work_calendar().is_working(date(year, 10, 2)) == (date(year, 10, 2).weekday() < 5)


def test_a_card_is_issued_inside_ones_own_cells(world: World) -> None:
    card = issue_contact_card(Village("海棠村", "Haitang", 119.91, 29.91), world.actor("manager"), world.now)
    assert card.cell_code == "C111" and len(card.code) >= 12
    with denied():
        issue_contact_card(Village("石桥村", "Shiqiao", 120.01, 29.91), world.actor("manager"), world.now)
    with refused("case.place_outside"):
        issue_contact_card(Village("远村", "Far", 100.0, 10.0), SYSTEM, world.now)
