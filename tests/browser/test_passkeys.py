"""W3 without any face: people sign in by unlocking their own device, here one that Chromium itself plays."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import CDPSession, expect

from tests.support.chromium import PHONE
from tests.support.live_site import LiveSite
from tests.support.machine import needs
from tests.support.papers import photograph
from tests.support.visitor import Visitor
from wanjia.records.cases.models import Case, HistoryEntry
from wanjia.records.network.models import Customer
from wanjia.records.territory.models import Passkey

pytestmark = [pytest.mark.heavy, needs("chromium"), needs("node")]
Visit = Callable[..., Visitor]


@dataclass
class Device:
    """A virtual authenticator of a visitor's browser: `finger` says whether its owner unlocks it."""

    session: CDPSession
    id: str

    def finger(self, is_there: bool) -> None:
        self.session.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": is_there})

    def credentials(self) -> list[dict[str, object]]:
        return self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})["credentials"]


def device_of(guest: Visitor) -> Device:
    session = guest.context.new_cdp_session(guest.page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    return Device(session, session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"])


@pytest.fixture
def site(site: LiveSite) -> Iterator[LiveSite]:
    """By name: browsers know no passkeys for a bare number."""
    yield replace(site, address=site.address.replace("127.0.0.1", "localhost"))


@pytest.fixture
def come(visit: Visit, site: LiveSite) -> Visit:
    def at_localhost(name: str, **options: object) -> Visitor:
        guest = visit(name, **options)
        guest.address = site.address
        return guest

    return at_localhost


def test_staff_register_use_and_remove_a_device(site: LiveSite, come: Visit) -> None:
    manager = come("district manager", viewport=PHONE)
    page, device = manager.page, device_of(manager)
    manager.open("/sign-in/")
    manager.sees("用本机解锁登录")
    manager.picture("sign-in")
    manager.sign_in("manager")
    registers(manager, "林海生的手机")
    assert [key["isResidentCredential"] for key in device.credentials()] == [True]
    manager.picture("registered")

    signs_out(manager)
    manager.open("/sign-in/?next=/desk/notices/")
    with page.expect_navigation():
        page.get_by_role("button", name="本机解锁").click()
    manager.settle()
    assert page.url.endswith("/desk/notices/")
    row = Passkey.objects.get()
    assert (row.account.username, row.name, row.sign_count > 0) == ("manager", "林海生的手机", True)
    person = f"person:{row.account.person_id}"
    assert list(HistoryEntry.objects.filter(subject=person).values_list("verb", flat=True)) == [
        "passkey_registered", "passkey_used",
    ]  # fmt: skip

    signs_out(manager)
    device.finger(False)
    manager.open("/sign-in/")
    page.get_by_role("button", name="本机解锁").click()
    expect(page.locator("[data-said]")).to_contain_text("请用账号和密码登录")
    device.finger(True)
    manager.sign_in("manager")  # the password stays as good a way
    manager.open("/account/")
    manager.press(page.get_by_role("button", name="移除"))
    manager.sees("它不能再登录")
    signs_out(manager)
    manager.open("/sign-in/")
    with manager.answered(422):
        page.get_by_role("button", name="本机解锁").click()
        expect(page.locator("[data-said]")).to_contain_text("没有登记，或者已被移除")


def test_a_copied_key_is_refused_and_written_down(site: LiveSite, come: Visit) -> None:
    clerk = come("clerk")
    page, device = clerk.page, device_of(clerk)
    clerk.sign_in("clerk")
    registers(clerk, "窗口电脑")
    Passkey.objects.update(sign_count=1000)  # somebody used a copy a thousand times
    signs_out(clerk)
    clerk.open("/sign-in/")
    with clerk.answered(422):
        page.get_by_role("button", name="本机解锁").click()
        expect(page.locator("[data-said]")).to_contain_text("可能被复制")
    assert device.credentials() and HistoryEntry.objects.filter(verb="passkey_refused").count() == 1
    assert not page.evaluate("fetch('/account/', {redirect: 'error'}).then(() => true, () => false)")


def test_a_resident_needs_no_code_next_time(site: LiveSite, come: Visit) -> None:
    resident = come("resident", viewport=PHONE)
    page = resident.page
    device_of(resident)
    first = applies(resident)
    resident.sees("下次不用查询码", "凭查询码、到营业厅都一样")
    resident.picture("received-with-offer")
    with page.expect_navigation():
        page.get_by_role("button", name="登记这台设备").click()
    resident.settle()
    resident.sees("以后用本机解锁即可查看和办理")
    case = Case.objects.get(number=first)
    assert case.requester is not None and not case.requester.account.has_usable_password()

    signs_out(resident)
    resident.context.clear_cookies()
    resident.open("/sign-in/?next=/my/")
    with page.expect_navigation():
        page.get_by_role("button", name="本机解锁").click()
    resident.settle()
    resident.sees(first)
    second = applies(resident)
    case = Case.objects.get(number=second)
    assert case.state["facts"]["identity_proof"] == "passkey"
    assert case.requester is not None and case.requester.requests.count() == 2

    desk = come("remote desk")
    desk.sign_in("senior")
    desk.open(f"/desk/cases/{second}/")
    desk.sees("已用本机解锁登录")
    desk.picture("remote-desk-sees-who-applies")


def registers(guest: Visitor, name: str) -> None:
    guest.open("/account/")
    guest.page.locator("#in-device").fill(name)
    with guest.page.expect_navigation():
        guest.page.get_by_role("button", name="登记这台设备").click()
    guest.settle()
    guest.sees(f"已登记设备“{name}”")


def signs_out(guest: Visitor) -> None:
    with guest.page.expect_navigation():
        guest.page.get_by_role("button", name="退出").click()
    guest.settle()


def applies(resident: Visitor) -> str:
    page = resident.page
    resident.open("/new/remote_application/")
    page.locator("#in-business").select_option("time_of_use")
    page.locator("#in-customer_number").fill(customer_number())
    page.locator("#in-account_name").fill("王秀英")
    page.locator("#in-contact_name").fill("王秀英")
    page.locator("#in-contact_phone").fill("13800000012")
    with page.expect_response("**/papers/"):
        page.locator("#in-identity_papers").set_input_files([photograph("证件")])
    resident.send(page.locator("main form"))
    return page.locator("[data-copy=number]").inner_text()


def customer_number() -> str:
    return Customer.objects.order_by("pk")[0].number
