"""A good practice leaves one company and enters another: looked at first, installed beside the old one, compared."""

import io
import zipfile
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.support.world import World
from wanjia.actions.cases.activate_practice import activate_practice
from wanjia.adapters.practice_archive.codec import FOLDER, Archive, opened, packed, public_hex
from wanjia.adapters.practice_archive.driver import signing_key
from wanjia.practice.reader import read
from wanjia.queries.standing.before_after import effect
from wanjia.records.cases.models import Case, HistoryEntry, PracticeArchive, PracticeVersion, TrustedSigner

NAME = "contact_card"
PAGE = "/admin/practices/archives/"
THEIRS = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def _sent(client: Client, content: bytes):  # type: ignore[no-untyped-def]
    return client.post(PAGE, {"file": SimpleUploadedFile("x.wjp", content, "application/zip")})


def _longer_clock() -> tuple[Archive, str]:
    """The installed practice as another company runs it: a version further, one limit longer, with its figures."""
    active = PracticeVersion.objects.get(name=NAME, active=True)
    files = {path: text.encode() for path, text in active.files.items()}
    files["practice.yaml"] = files["practice.yaml"].replace(f"version: {active.version}".encode(), b"version: 9.0.0", 1)
    files["CHANGELOG.md"] = b"## 9.0.0\n\n" + files["CHANGELOG.md"]
    clocks = files["clocks.yaml"].decode()
    changed = clocks.replace("limit: {value: 24, unit: hours}", "limit: {value: 25, unit: hours}", 1)
    files["clocks.yaml"] = changed.encode()
    practice = read(files).practice
    assert practice is not None and changed != clocks
    results = ({"name": "Answered in time", "place": "North Station", "value": 98.5, "unit": "%", "count": 67},)
    made_at = "2026-02-28T00:00:00+00:00"
    return Archive(NAME, "9.0.0", practice.digest, "North Company", made_at, files, {}, results), active.version


def test_a_practice_arrives_is_looked_at_trusted_installed_activated_and_rolled_back(world: World) -> None:
    archive, former = _longer_clock()
    client = world.client("company", language="en")
    answer = _sent(client, packed(archive, THEIRS))
    row = PracticeArchive.objects.get()
    assert answer.status_code == 302 and answer["Location"] == f"{PAGE}{row.pk}/"
    page = client.get(f"{PAGE}{row.pk}/").content.decode()
    for word in ("signature good", "not trusted", "North Company", "Clock", "25 hours", "98.5", "North Station", "67"):
        assert word in page, word
    assert PracticeVersion.objects.filter(name=NAME).count() == 1, "looking changes nothing"
    # Not before somebody has compared the key.
    refused = client.post(f"{PAGE}{row.pk}/", {"settings": "own"})
    assert refused.status_code == 422 and "is not trusted" in refused.content.decode()
    assert PracticeVersion.objects.filter(name=NAME).count() == 1
    client.post(f"{PAGE}{row.pk}/trust/", {"name": "North Company, IT"})
    assert TrustedSigner.objects.get().public_key == public_hex(THEIRS)
    assert client.post(f"{PAGE}{row.pk}/", {"settings": "own"}).status_code == 302
    assert PracticeVersion.objects.get(name=NAME, active=True).version == former, "a candidate is not active"
    for version in ("9.0.0", former):  # there, and back
        client.post(f"/admin/practices/{NAME}/activate/", {"version": version})
        assert PracticeVersion.objects.get(name=NAME, active=True).version == version
    verbs = HistoryEntry.objects.filter(subject=f"practice:{NAME}").values_list("verb", flat=True)
    assert {"archive_received", "archive_installed", "practice_activated"} <= set(verbs)
    client.post(f"/admin/practices/signers/{TrustedSigner.objects.get().pk}/distrust/")
    assert not TrustedSigner.objects.exists()


def test_what_was_tampered_with_is_refused_with_the_whole_list_and_leaves_nothing(world: World) -> None:
    archive, _ = _longer_clock()
    with zipfile.ZipFile(io.BytesIO(packed(archive, THEIRS))) as source:
        entries = {name: source.read(name) for name in source.namelist()}
    entries[FOLDER + "clocks.yaml"] += b"\n#"
    del entries[FOLDER + "README.md"]
    entries["../run.sh"] = b""
    client = world.client("company", language="en")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, data in entries.items():
            target.writestr(name, data)
    outside = _sent(client, out.getvalue())
    assert outside.status_code == 422 and "points outside its folder" in outside.content.decode()
    del entries["../run.sh"]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, data in entries.items():
            target.writestr(name, data)
    page = _sent(client, out.getvalue()).content.decode()
    assert "changed after signing" in page and "not in the archive" in page and "2 faults" in page
    # Well signed, but the manifest says other things than the folder.
    lying = Archive("contact_card", "8.0.0", "0" * 64, "X", archive.made_at, archive.files)
    page = _sent(client, packed(lying, THEIRS)).content.decode()
    assert "2 faults" in page and "is not that of the practice itself" in page
    # Well signed, but no practice.
    page = _sent(client, packed(Archive("x", "1.0.0", "0" * 64, "X", "", {"practice.yaml": b"domain: x"}), THEIRS))
    assert page.status_code == 422 and page.content.decode().count("<li>") > 10
    assert client.post(PAGE, {}).status_code == 422
    assert not PracticeArchive.objects.exists() and PracticeVersion.objects.filter(name=NAME).count() == 1


def test_a_practice_leaves_signed_with_its_settings_and_its_figures(world: World) -> None:
    world.call("k1")
    answer = world.client("company").get(f"/admin/practices/{NAME}/archive.wjp")
    assert answer.status_code == 200 and answer["Content-Disposition"].endswith('.wjp"')
    found = opened(answer.content)
    active = PracticeVersion.objects.get(name=NAME, active=True)
    assert found.archive is not None and found.public_key == public_hex(signing_key(settings.HOME))
    assert found.archive.digest == active.digest and found.archive.settings == active.settings
    counted = [row for row in found.archive.results if row["place"] == "" and row["count"]]
    assert counted, "what the case adds to a figure travels along"
    # Its own archive comes in without a key being trusted; it says the same as what is active.
    client = world.client("company", language="en")
    page = client.get(_sent(client, answer.content)["Location"]).content.decode()
    assert "our own" in page and "says the same as the active version" in page
    for login, status in (("manager", 403), ("water", 403), ("admin", 200)):
        assert world.client(login).get(f"/admin/practices/{NAME}/archive.wjp").status_code == status
    assert world.client("manager").post(PAGE, {}).status_code == 403


def test_before_and_after_stand_side_by_side_by_station(world: World) -> None:
    active = PracticeVersion.objects.get(name="behind_meter_repair", active=True)
    came = world.now - timedelta(days=40)
    PracticeVersion.objects.filter(pk=active.pk).update(installed_at=came)
    active.refresh_from_db()
    for key, ago in {"long before": 200, "a": 100, "b": 60, "c": 10, "d": 5, "e": 2}.items():
        case = world.repair(key)
        Case.objects.filter(pk=case.pk).update(opened_at=world.now - timedelta(days=ago))
    found = effect(world.actor("company"), active, world.now, "en")
    counted = {row.place: row for row in found.rows if row.indicator == "reports"}
    assert set(counted) == {"", "station-1"}, "the whole, and each station with a case"
    for row in counted.values():
        assert (row.before, row.before_count, row.after, row.after_count, row.better) == (2.0, 2, 3.0, 3, True)
    assert not found.complete and found.before_until + timedelta(days=1) == found.after_from
    assert counted["station-1"].place_name == "Haitang Supply Station"
    page = world.client("company", language="en").get("/admin/practices/behind_meter_repair/effect/").content.decode()
    assert "Haitang Supply Station" in page and "better" in page and "less than three months" in page
    # What counts is the day on which cases began to run on it, not the day on which it lay ready.
    PracticeVersion.objects.filter(pk=active.pk).update(active=False)
    activate_practice(active.name, active.version, world.actor("company"), world.now - timedelta(days=7))
    since = [row for row in effect(world.actor("company"), active, world.now, "en").rows if row.indicator == "reports"]
    assert {(row.before_count, row.after_count) for row in since} == {(2, 2)}
    # Whoever sees no case of a station sees none of its figures.
    nobody = [row for row in effect(world.actor("chief2"), active, world.now, "en").rows if row.indicator == "reports"]
    assert [(row.before_count, row.after_count) for row in nobody] == [(0, 0)]
