"""Registers at the desk and in the portal: the list, who may open it, what is masked, what stands about oneself."""

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client

from tests.conformance.test_registers import asked, handled, helped
from tests.support.registers import NAME, install_registers
from tests.support.world import World
from wanjia.actions.cases.complete_task import complete_task
from wanjia.records.cases.models import Case, PersonalDataRead, RegisterRow

HOURS, RATINGS = f"/desk/registers/{NAME}/hours/", f"/desk/registers/{NAME}/ratings/"


@pytest.fixture
def practice(world: World) -> World:
    install_registers(world.now - timedelta(days=1))
    return world


def rated(world: World, key: str, stars: int = 5, login: str = "resident") -> Case:
    case = handled(world, asked(world, key, world.actor(login)))
    return complete_task(case.number, world.task(case).key, {"stars": stars}, world.requester(case), world.now)


def text_of(client: Client, address: str, status: int = 200) -> str:
    page = client.get(address)
    assert page.status_code == status, (address, page.status_code)
    return str(page.content.decode())


def table(client: Client, address: str) -> list[list[str]]:
    page = client.get(f"{address}&export=csv" if "?" in address else f"{address}?export=csv")
    assert page["Content-Type"].startswith("text/csv"), address
    return list(csv.reader(io.StringIO(page.content.decode("utf-8-sig"))))


def test_a_list_with_its_total_search_period_and_export(practice: World) -> None:
    first = helped(practice, asked(practice, "a"), "electrician", 1.5, counts_until="2099-12-31")
    helped(practice, asked(practice, "b"), "electrician2", 2)
    helped(practice, asked(practice, "c"), "electrician", 8, outcome="declined")
    helped(practice, asked(practice, "d"), "electrician", 4, counts_until="2020-01-01")
    chief = practice.client("chief")
    index = text_of(chief, "/desk/registers/")
    assert "服务时长台账" in index and "协助办理的时长" in index and "评价台账" in index
    page = text_of(chief, HOURS)
    assert "赵师傅" in page and "钱师傅" in page and "服务时长（小时）" in page and "保存 3 年" in page
    assert ">3.5<" in page and f"/desk/cases/{first.number}/" in page
    assert "8" not in [cell for row in table(chief, HOURS)[1:] for cell in row]
    assert [row[5] for row in table(chief, f"{HOURS}?standing=all")[1:]] == ["4", "8", "2", "1.5"]
    struck = table(chief, f"{HOURS}?standing=struck")
    assert struck[1][5] == "8" and struck[1][7] == "已注销"
    assert table(chief, f"{HOURS}?standing=ended")[1][5] == "4"
    assert len(table(chief, f"{HOURS}?text=赵师")[1:]) == 1, "the name of a helper is no secret"
    assert [row[2] for row in table(chief, f"{HOURS}?text={first.number}")[1:]] == ["赵师傅"]
    electrician = practice.person("electrician").pk
    assert [row[5] for row in table(chief, f"{HOURS}?subject=person:{electrician}")[1:]] == ["1.5"]
    assert "没有符合条件的登记" in text_of(chief, f"{HOURS}?entered_from=2099-01-01")
    english = text_of(practice.client("chief", "en"), f"{HOURS}?standing=all")
    assert "Time worked (h" in english and "Struck" in english and "Ended" in english and "registers." not in english


def test_only_whom_it_concerns_may_open_it(practice: World) -> None:
    helped(practice, asked(practice, "a"), "electrician", 1.5)
    rated(practice, "b")
    for login in ("manager", "senior", "chief", "county", "company"):
        assert "赵师傅" in text_of(practice.client(login), HOURS), login
    for login in ("manager2", "chief2"):
        assert "赵师傅" not in text_of(practice.client(login), HOURS), "another cell's cases are not in reach"
    for login in ("electrician", "admin", "editor", "dispatch"):
        text_of(practice.client(login), HOURS, 403)
    assert table(practice.client("chief"), RATINGS)[1][4] == "5"
    for login in ("manager", "senior", "county", "company"):
        text_of(practice.client(login), RATINGS, 403)
        assert "评价台账" not in text_of(practice.client(login), "/desk/registers/")
    text_of(practice.client("chief"), f"/desk/registers/{NAME}/nothing/", 404)
    text_of(practice.client("chief"), "/desk/registers/nobody/hours/", 404)
    assert practice.client("clerk").get(HOURS).status_code == 403
    assert practice.client().get(HOURS).status_code == 302
    assert practice.client("resident").get("/my/").status_code == 200


def test_personal_columns_stay_masked_until_the_case_is_unmasked(practice: World) -> None:
    case, chief = rated(practice, "a"), practice.client("chief")
    page = text_of(chief, RATINGS)
    assert "138****0012" in page and "13800000012" not in page and "王*" in page and "王秀英" not in page
    assert chief.post(f"/desk/cases/{case.number}/reveal/", {"reason": "核实评价内容"}).status_code == 302
    assert PersonalDataRead.objects.get().subject == f"case:{case.pk}"
    page = text_of(chief, RATINGS)
    assert "13800000012" in page and "王秀英" in page
    (line,) = table(chief, RATINGS)[1:]
    assert "138****0012" in line and "王*" in line, "what leaves the house stays masked"
    assert table(chief, f"{RATINGS}?text=王秀英")[1:] and not table(chief, f"{RATINGS}?text=王秀")[1:]


def test_everybody_sees_what_stands_about_oneself(practice: World) -> None:
    helped(practice, asked(practice, "a"), "electrician", 1.5)
    helped(practice, asked(practice, "b"), "electrician", 2, outcome="declined")
    case = rated(practice, "c", 4)
    mine = text_of(practice.client("electrician"), "/desk/registers/mine/")
    assert "服务时长台账" in mine and ">1.5<" in mine and "已注销" in mine and "评价台账" not in mine
    assert "目前没有与您有关的登记" in text_of(practice.client("manager"), "/desk/registers/mine/")
    resident = practice.client("resident")
    assert "/my/entries/" in text_of(resident, "/my/")
    page = text_of(resident, "/my/entries/")
    assert "评价台账" in page and "13800000012" in page and f"/follow/{case.number}/" in page
    assert "服务时长台账" not in page
    whole = text_of(resident, f"/my/entries/?practice={NAME}&register=ratings")
    assert "评价台账" in whole and "13800000012" in whole
    assert practice.client().get("/my/entries/").status_code == 302


def test_a_body_that_a_practice_lets_see_a_register_finds_it_at_the_window(practice: World) -> None:
    """Named by a fact of the case: it sees the rows of those cases, masked, and cannot open the cases themselves."""
    watched = handled(practice, asked(practice, "a"), body="water")
    other = handled(practice, asked(practice, "b"))
    for case, stars in ((watched, 2), (other, 5)):
        complete_task(case.number, practice.task(case).key, {"stars": stars}, practice.requester(case), practice.now)
    water, address = practice.client("water"), RATINGS.replace("/desk/", "/window/")
    index = text_of(water, "/window/registers/")
    assert address in index and "服务时长台账" not in index
    page = text_of(water, address)
    assert watched.number in page and other.number not in page and "138****0012" in page
    assert f"/window/cases/{watched.number}/" not in page and "导出" not in page
    assert "目前没有与您有关的登记" in text_of(water, "/window/registers/mine/")
    landscape = practice.client("landscape")
    assert landscape.get(address).status_code == 403 and address not in text_of(landscape, "/window/registers/")
    assert "没有您可查看的台账" in text_of(landscape, "/window/registers/")
    assert practice.client("chief").get("/window/registers/").status_code == 403


def test_long_registers_are_paged_and_the_total_is_of_all_pages(practice: World) -> None:
    case = helped(practice, asked(practice, "a"), "electrician", 1)
    row = RegisterRow.objects.get()
    RegisterRow.objects.bulk_create(
        [
            RegisterRow(
                case=case, practice=NAME, register="hours", key=f"x{at}", trigger="done:handle", subject_kind="person",
                subject_id=row.subject_id, subject_name=row.subject_name, person=row.person, entered_at=row.entered_at,
                entered_on=row.entered_on, values={**row.values, "worked_hours": 2},
            )
            for at in range(40)
        ]
    )  # fmt: skip
    chief = practice.client("chief")
    assert ">81<" in text_of(chief, HOURS)
    second = chief.get(f"{HOURS}?page=2")
    assert len(second.context["page"].rows) == 11 and ">81<" in second.content.decode()
    mine = text_of(practice.client("electrician"), "/desk/registers/mine/")
    assert "还有 21 条" in mine and ">81<" in mine


def test_a_case_shows_the_rows_that_it_wrote(practice: World) -> None:
    case = helped(practice, asked(practice, "a"), "electrician", 1.5)
    page = text_of(practice.client("manager"), f"/desk/cases/{case.number}/")
    assert "登入台账" in page and 'id="registers"' in page and "登入台账“服务时长台账”" in page
    other = handled(practice, asked(practice, "b"), worked_hours=0)
    assert 'id="registers"' not in text_of(practice.client("manager"), f"/desk/cases/{other.number}/")


def test_figures_are_taken_from_the_rows_and_open_to_their_cases(practice: World) -> None:
    first = helped(practice, asked(practice, "a"), "electrician", 1.5)
    helped(practice, asked(practice, "b", kind="question"), "electrician2", 2)
    helped(practice, asked(practice, "c"), "electrician", 8, outcome="declined")
    company = practice.client("company")
    address = f"/desk/indicators/{NAME}/hours_worked/"
    assert "3.5" in text_of(company, address)
    assert [row[-1] for row in table(company, address)[1:]] == ["1.5", "2"]
    (line,) = table(company, f"/desk/indicators/{NAME}/hours_entries/")[1:]
    assert line[0] == first.number
    assert not table(company, f"{address}?from=2020-01-01&to=2020-01-31")[1:]
