"""Somebody outside, reached by a telephone in a fact: told things, and given tasks by a link."""

from pathlib import Path

from tests.support.practices import CALENDAR, files_in
from wanjia.model.capabilities import SIGNATURES
from wanjia.practice.checker import check
from wanjia.practice.formats import is_mobile

FOLDER = Path(__file__).parents[3] / "practices" / "remote_application"


def test_a_contact_may_own_a_lane_if_the_fact_is_a_telephone() -> None:
    files = dict(files_in(FOLDER))
    manifest = files["practice.yaml"].decode()
    for fact, faults in (("contact_phone", []), ("contact_name", ["practice.role_fact_format"])):
        contact = f"district_manager: {{who: contact, fact: {fact}}}"
        files["practice.yaml"] = manifest.replace("district_manager: {who: cell, level: 3}", contact).encode()
        found = {fault.code for fault in check(files, SIGNATURES, CALENDAR) if fault.values.get("role")}
        assert sorted(found) == faults


def test_short_messages_reach_mobiles_only() -> None:
    assert is_mobile("138 0000 0012") and is_mobile("+8613800000012")
    assert not any(map(is_mobile, ("0595-22223333", "95598", "400-000-0000", "", None, 13800000012)))
