"""Signing in with a device of one's own: what is asked, what is believed, what is refused, how often one may try."""

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from tests.support.software_key import SoftwareKey
from tests.support.world import World
from wanjia.actions.territory.open_account import close_account
from wanjia.records.cases.models import Case, HistoryEntry
from wanjia.records.territory.models import Account, Passkey
from wanjia.web.passkeys import WRONG_PASSKEYS

HERE = {"HTTP_HOST": "localhost"}


@pytest.fixture(autouse=True)
def no_limits_left_over() -> None:
    cache.clear()


def post(client: Client, path: str, body: object = None) -> HttpResponse:
    return client.post(path, body or {}, content_type="application/json", **HERE)


def registered(client: Client, key: SoftwareKey, name: str = "手机") -> HttpResponse:
    asked = post(client, "/account/passkeys/ask/").json()
    return post(client, "/account/passkeys/", {**key.register(asked), "name": name})


def signed_in(client: Client, key: SoftwareKey, path: str = "/sign-in/passkey/") -> HttpResponse:
    return post(client, path, key.sign(post(client, "/sign-in/passkey/ask/").json()))


def fault(answer: HttpResponse) -> str:
    return answer.json()["faults"][0]["sentence"]


def test_a_device_is_asked_for_its_owner_and_for_this_site_only(world: World) -> None:
    manager, key = world.client("manager"), SoftwareKey()
    asked = post(manager, "/account/passkeys/ask/").json()
    assert asked["rp"]["id"] == "localhost" and asked["user"]["name"] == "manager"
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["authenticatorSelection"]["residentKey"] == "required" and asked["attestation"] == "none"
    assert registered(manager, key).json() == {"next": "/account/"}
    row = Passkey.objects.get()
    assert (row.account.username, row.name, row.synced) == ("manager", "手机", False)
    again = post(manager, "/account/passkeys/ask/").json()
    assert [one["id"] for one in again["excludeCredentials"]] == [row.credential_id]
    assert "已经登记过" in fault(registered(manager, key))
    open_to_all = post(world.client(), "/sign-in/passkey/ask/").json()
    assert open_to_all["allowCredentials"] == [] and open_to_all["userVerification"] == "required"


def test_the_unlocked_device_signs_in_and_leads_where_one_wanted_to_go(world: World) -> None:
    key = SoftwareKey()
    registered(world.client("manager"), key)
    visitor = world.client()
    assert signed_in(visitor, key, "/sign-in/passkey/?next=/desk/cases/").json() == {"next": "/desk/cases/"}
    assert visitor.get("/desk/").status_code == 200
    assert signed_in(world.client(), key, "/sign-in/passkey/?next=https://evil.example/").json() == {"next": "/desk/"}
    row = Passkey.objects.get()
    assert row.sign_count == 2 and row.last_used_at is not None
    subject = f"person:{row.account.person_id}"
    verbs = HistoryEntry.objects.filter(subject=subject).values_list("verb", flat=True)
    assert list(verbs) == ["passkey_registered", "passkey_used", "passkey_used"]


@pytest.mark.parametrize(
    "lie",
    [{"origin": "http://localhost.evil.example"}, {"rp_id": "evil.example"}, {"unlocked": False}],
    ids=["another site's page", "another site's key", "not unlocked"],
)
def test_what_proves_nothing_is_refused(world: World, lie: dict[str, object]) -> None:
    key = SoftwareKey()
    registered(world.client("manager"), key)
    for name, value in lie.items():
        setattr(key, name, value)
    visitor = world.client()
    refused = signed_in(visitor, key)
    assert refused.status_code == 422 and "没有通过核验" in fault(refused)
    assert visitor.get("/desk/").status_code == 302 and Passkey.objects.get().sign_count == 0
    assert registered(world.client("manager2"), SoftwareKey(**lie)).status_code == 422  # type: ignore[arg-type]


def test_another_key_with_the_same_name_is_refused(world: World) -> None:
    key = SoftwareKey()
    registered(world.client("manager"), key)
    forged = SoftwareKey(id=key.id)
    assert "没有通过核验" in fault(signed_in(world.client(), forged))


def test_a_question_is_answered_once_by_who_was_asked_and_soon(world: World) -> None:
    key = SoftwareKey()
    manager = world.client("manager")
    registered(manager, key)
    visitor, other = world.client(), world.client()
    answer = key.sign(post(visitor, "/sign-in/passkey/ask/").json())
    assert "重新开始" in fault(post(other, "/sign-in/passkey/", answer))
    assert post(visitor, "/sign-in/passkey/", answer).status_code == 200
    assert "重新开始" in fault(post(visitor, "/sign-in/passkey/", answer))

    asked = post(other, "/sign-in/passkey/ask/").json()
    session = other.session
    purpose, challenge, until = session["passkey_question"]
    session["passkey_question"] = [purpose, challenge, until - 301]
    session.save()
    assert "重新开始" in fault(post(other, "/sign-in/passkey/", key.sign(asked)))
    to_register = post(manager, "/account/passkeys/ask/").json()
    assert "重新开始" in fault(post(manager, "/sign-in/passkey/", key.sign(to_register)))


def test_a_count_that_does_not_grow_is_a_copy(world: World) -> None:
    key = SoftwareKey()
    registered(world.client("manager"), key)
    assert signed_in(world.client(), key).status_code == 200
    key.count = 0
    visitor = world.client()
    assert "可能被复制" in fault(signed_in(visitor, key)) and visitor.get("/desk/").status_code == 302
    assert HistoryEntry.objects.filter(verb="passkey_refused").count() == 1
    key.count = 5
    assert signed_in(world.client(), key).status_code == 200


def test_a_removed_device_and_a_closed_account_open_nothing(world: World) -> None:
    key, manager = SoftwareKey(), world.client("manager")
    registered(manager, key)
    row = Passkey.objects.get()
    assert world.client("manager2").post(f"/account/passkeys/{row.pk}/remove/").status_code == 403
    close_account(row.account.person_id, True, world.actor("admin"), world.now)
    assert "没有登记" in fault(signed_in(world.client(), key))
    close_account(row.account.person_id, False, world.actor("admin"), world.now)
    assert signed_in(world.client(), key).status_code == 200
    assert world.client("manager").post(f"/account/passkeys/{row.pk}/remove/").status_code == 302
    assert "没有登记" in fault(signed_in(world.client(), key))
    assert Account.objects.get(username="manager").check_password("wanjia-demo")


def test_guessing_is_stopped_and_says_for_how_long(world: World) -> None:
    visitor, key = world.client(), SoftwareKey()
    for _ in range(WRONG_PASSKEYS.times):
        assert signed_in(visitor, key).status_code == 422
    stopped = post(visitor, "/sign-in/passkey/ask/")
    assert stopped.status_code == 429 and "15 分钟" in fault(stopped)


def test_a_requesters_own_phone_takes_the_place_of_the_code(world: World) -> None:
    case, key = world.repair(), SoftwareKey()
    stranger = world.client()
    assert post(stranger, f"/follow/{case.number}/passkey/ask/").status_code == 404
    resident = world.client()
    session = resident.session
    session["cases"] = [case.pk]
    session.save()
    asked = post(resident, f"/follow/{case.number}/passkey/ask/").json()
    answer = {**key.register(asked), "name": "我的手机"}
    assert post(resident, f"/follow/{case.number}/passkey/", answer).json() == {"next": f"/follow/{case.number}/"}
    case = Case.objects.get(pk=case.pk)
    account = case.requester.account
    assert (case.requester.name, account.has_usable_password()) == ("王秀英", False)

    phone = world.client()
    assert signed_in(phone, key).json() == {"next": "/"}
    assert case.number in phone.get("/my/").content.decode()
    assert phone.get(f"/follow/{case.number}/").status_code == 200
    assert phone.get("/desk/").status_code == 403
    row = Passkey.objects.get()
    phone.post(f"/account/passkeys/{row.pk}/remove/")
    row.refresh_from_db()
    assert row.removed_at is None  # the only way in
    second = world.client()
    session = second.session
    session["cases"] = [case.pk]
    session.save()
    assert "已有登记的申请人" in fault(post(second, f"/follow/{case.number}/passkey/ask/"))


def test_where_there_can_be_no_passkeys_nobody_is_offered_one(world: World, settings) -> None:  # type: ignore[no-untyped-def]
    by_number = world.client().get("/sign-in/", HTTP_HOST="127.0.0.1").content.decode()
    assert "本机解锁" not in by_number
    asked = world.client().post("/sign-in/passkey/ask/", HTTP_HOST="127.0.0.1")
    assert asked.status_code == 422
    assert "本机解锁" in world.client().get("/sign-in/", **HERE).content.decode()
    settings.PASSKEY_ORIGINS = ("https://wanjia.example",)
    asked = world.client().post("/sign-in/passkey/ask/", HTTP_HOST="127.0.0.1").json()
    assert asked["rpId"] == "wanjia.example"
