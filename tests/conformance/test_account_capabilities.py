"""An account is found for a property, handed over and given back; and who may tell a case what."""

import pytest

from tests.support.world import World
from wanjia.actions.cases.capabilities.accounts import (
    account_of_number,
    give_back_account,
    match_account,
    transfer_account,
)
from wanjia.actions.cases.send_message import send_message
from wanjia.model.actors import SYSTEM
from wanjia.model.faults import Denied, Refused
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import HistoryEntry
from wanjia.records.network.models import Customer


def test_an_account_is_found_by_number_or_by_name_nearby(world: World) -> None:
    case, account = world.repair(), _account()
    place: Facts = {"longitude": account.longitude + 0.001, "latitude": account.latitude, "address": "8号"}
    asked: Facts = {"customer_number": account.number, "previous_name": " 王 秀英 ", "place": place}
    assert match_account(asked, case, world.now)["match"] == "exact"
    assert match_account({**asked, "previous_name": "李四"}, case, world.now)["match"] == "name_differs"
    unknown = {**asked, "customer_number": "0000000000"}
    found = match_account(unknown, case, world.now)
    assert (found["match"], found["account_number"]) == ("found_by_name", account.number)
    assert [row["id"] for row in found["candidates"]] == [account.number]  # type: ignore[index,union-attr,call-overload]
    assert account.name not in str(found["candidates"]), "whoever clears up does not need the holders' names"
    assert match_account({**unknown, "previous_name": "李四"}, case, world.now)["match"] == "none"
    far: Facts = {**place, "longitude": account.longitude + 0.01}
    assert match_account({**unknown, "place": far}, case, world.now)["candidates"] == []
    Customer.objects.create(
        number="3399999999", name=account.name, address="同院9号", district=account.district,
        longitude=account.longitude, latitude=account.latitude,
    )  # fmt: skip
    assert match_account(unknown, case, world.now)["match"] == "ambiguous"


def test_an_account_goes_to_the_new_owner_and_back(world: World) -> None:
    case, account, clerk = world.repair(), _account(), world.actor("clerk")
    there: Facts = {"account_number": account.number, "from_name": account.name, "to_name": "林小满", "to_phone": "1"}
    transfer_account(there, case, world.now, clerk)
    assert account_of_number({"account_number": account.number}, case, world.now)["account_name"] == "林小满"
    with pytest.raises(Refused, match="account_changed"):
        transfer_account(there, case, world.now, clerk)
    back: Facts = {"account_number": account.number, "from_name": "林小满", "to_name": account.name, "to_phone": "2"}
    give_back_account(back, case, world.now, clerk)
    assert _account().name == account.name
    entries = HistoryEntry.objects.filter(subject=f"customer:{account.number}").order_by("sequence")
    assert [entry.verb for entry in entries] == ["account_transferred", "account_given_back"]
    assert "林小满" not in str([entry.data for entry in entries])
    with pytest.raises(Refused, match="unavailable"):
        account_of_number({"account_number": "0"}, case, world.now)


def test_a_message_is_taken_only_from_whom_the_practice_names(world: World) -> None:
    case = world.repair()
    for other in (world.requester(case), world.actor("manager"), world.actor("chief")):
        with pytest.raises(Denied):
            send_message(case.number, "not_chosen", {}, other, world.now)
    send_message(case.number, "not_chosen", {}, SYSTEM, world.now)
    assert world.task(case).step == "arrange"


def _account() -> Customer:
    return Customer.objects.get(district__cell_code="C111")
