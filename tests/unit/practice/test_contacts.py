"""Somebody outside who is only told things: reached by a telephone in a fact, and given no work."""

from pathlib import Path

from tests.support.practices import CALENDAR, files_in
from wanjia.model.capabilities import SIGNATURES
from wanjia.practice.checker import check

FOLDER = Path(__file__).parents[3] / "practices" / "remote_application"


def test_a_contact_does_no_task() -> None:
    files = dict(files_in(FOLDER))
    manifest = files["practice.yaml"].decode()
    contact = "district_manager: {who: contact, fact: contact_phone}"
    files["practice.yaml"] = manifest.replace("district_manager: {who: cell, level: 3}", contact).encode()
    faults = [fault for fault in check(files, SIGNATURES, CALENDAR) if fault.code == "practice.contact_lane"]
    assert sorted(str(fault.values["step"]) for fault in faults) == ["help", "site_work"]
    assert {fault.values["role"] for fault in faults} == {"district_manager"}
