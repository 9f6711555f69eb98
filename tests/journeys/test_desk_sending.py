"""A declared message sent from the page of a case at the desk: a button for whom it is, a form, a confirmation."""

from datetime import timedelta

import pytest

from tests.conformance.test_registers import asked, handled
from tests.support.registers import NAME, install_registers
from tests.support.world import World
from wanjia.records.cases.models import Case, HistoryEntry


@pytest.fixture
def practice(world: World) -> World:
    install_registers(world.now - timedelta(days=1))
    return world


def test_the_chief_stops_a_case_from_its_page(practice: World) -> None:
    case = asked(practice, "a")
    page, address = f"/desk/cases/{case.number}/", f"/desk/cases/{case.number}/send/stopped/"
    chief = practice.client("chief")
    for login in ("manager", "senior", "county"):
        client = practice.client(login)
        assert address not in client.get(page).content.decode(), login
        assert (
            client.get(address).status_code
            == client.post(address, {"stop_reason": "停", "sure": "1"}).status_code
            == 403
        )
    assert practice.client("chief2").get(address).status_code == 403
    assert address in chief.get(page).content.decode() and "所长停办" in chief.get(page).content.decode()
    english = practice.client("chief", "en").get(address).content.decode()
    assert "Stopped by the chief" in english and "Why it is stopped" in english and "cannot be taken back" in english
    refused = chief.post(address, {"stop_reason": "停"})
    assert (
        refused.status_code == 422 and "请核对后勾选" in refused.content.decode() and ">停<" in refused.content.decode()
    )
    assert Case.objects.get(pk=case.pk).status == "running"

    assert chief.post(address, {"stop_reason": "重复受理", "sure": "1"})["Location"] == page
    shown = chief.get(page).content.decode()
    assert "已提交：所长停办" in shown and address not in shown and "重复受理" in shown
    case.refresh_from_db()
    assert (case.end, case.state["facts"]["stop_reason"]) == ("refused", "重复受理")
    entry = HistoryEntry.objects.get(subject=f"case:{case.pk}", verb="message")
    assert (entry.actor, entry.data["name"]) == (practice.actor("chief").reference, "stopped")
    assert chief.get(address).status_code == 403, "nobody waits for it any more"
    assert chief.get("/desk/cases/MT00000000000/send/stopped/").status_code == 404


def test_it_is_offered_only_while_it_is_waited_for(practice: World) -> None:
    case = handled(practice, asked(practice, "a"))
    assert (
        f"/desk/cases/{case.number}/send/"
        not in practice.client("chief").get(f"/desk/cases/{case.number}/").content.decode()
    )
    assert case.practice.name == NAME
