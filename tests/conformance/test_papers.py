"""Papers come in by what they are; personal data is shown for a reason and written down."""

from datetime import timedelta
from io import BytesIO

from django.test import override_settings
from PIL import Image

from tests.support.rows import denied, refused, unknown
from tests.support.world import HOME, REPAIR, World
from wanjia.actions.cases.add_paper import UPLOADS_PER_KEY_MAX, add_paper, upload_paper
from wanjia.actions.cases.discard_unclaimed_papers import discard_unclaimed_papers
from wanjia.actions.cases.reveal_personal_data import reveal_personal_data
from wanjia.model.actors import Actor
from wanjia.records.cases.history import broken_links
from wanjia.records.cases.models import HistoryEntry, Paper, PersonalDataRead


def png() -> bytes:
    """A white picture of one pixel."""
    held = BytesIO()
    Image.new("RGB", (1, 1), "white").save(held, "PNG")
    return held.getvalue()


PNG = png()
CITIZEN = Actor("citizen", "")


def test_an_upload_is_claimed_by_its_own_form_only(world: World) -> None:
    mine = upload_paper("C:\\照片\\插座.png", PNG, "form-1", CITIZEN, world.now)
    other = upload_paper("b.png", PNG, "form-2", CITIZEN, world.now)
    assert (mine.name, mine.media_type, mine.case) == ("插座.png", "image/png", None)
    with refused("paper.unknown"):
        world.open("behind_meter_repair", {**REPAIR, "photos": [other.token]}, "form-1")
    opened = world.open("behind_meter_repair", {**REPAIR, "photos": [mine.token]}, "form-1")
    kept = Paper.objects.get(pk=mine.pk)
    assert (kept.case_id, kept.fact, bytes(kept.content)) == (opened.case.pk, "photos", PNG)
    with refused("paper.unknown"):
        world.open("behind_meter_repair", {**REPAIR, "photos": [mine.token]}, "form-3")


def test_what_is_no_paper_is_refused(world: World) -> None:
    for name, content, code in (
        ("a.png", b"", "paper.size"),
        ("a.png", b"<html><script>alert(1)</script>", "paper.type"),
        ("a.pdf", PNG, "paper.type"),
        ("a.exe", b"MZ" + bytes(100), "paper.type"),
    ):
        with refused(code):
            upload_paper(name, content, "form", CITIZEN, world.now)
    with override_settings(PAPER_SIZE_BYTES_MAX=50), refused("paper.size"):
        upload_paper("a.png", PNG, "form", CITIZEN, world.now)
    for at in range(UPLOADS_PER_KEY_MAX):
        upload_paper(f"{at}.png", PNG, "form", CITIZEN, world.now)
    with refused("paper.too_many"):
        upload_paper("one-more.png", PNG, "form", CITIZEN, world.now)


def test_a_paper_is_added_to_a_running_case(world: World) -> None:
    case = world.repair()
    paper = add_paper(case.number, "photos", "p.png", PNG, world.requester(case), world.now)
    entry = HistoryEntry.objects.get(subject=f"case:{case.pk}", verb="paper_added")
    assert entry.data == {"name": "p.png", "sha256": paper.sha256} and broken_links(f"case:{case.pk}") == []
    with denied():
        add_paper(case.number, "photos", "p.png", PNG, CITIZEN, world.now)
    with unknown():
        add_paper("BM00000000000", "photos", "p.png", PNG, CITIZEN, world.now)
    with override_settings(PAPERS_PER_CASE_MAX=1), refused("paper.too_many"):
        add_paper(case.number, "photos", "p.png", PNG, world.requester(case), world.now)


def test_unclaimed_uploads_go_after_a_day_and_claimed_ones_stay(world: World) -> None:
    token = upload_paper("a.png", PNG, "form-1", CITIZEN, world.now).token
    world.open("behind_meter_repair", {**REPAIR, "photos": [token]}, "form-1")
    upload_paper("b.png", PNG, "form-2", CITIZEN, world.now)
    assert discard_unclaimed_papers(world.now + timedelta(hours=23)) == 0
    assert discard_unclaimed_papers(world.now + timedelta(hours=25)) == 1
    assert Paper.objects.get().token == token


def test_personal_data_is_shown_for_a_reason_and_written_down(world: World) -> None:
    case = world.repair()
    shown = reveal_personal_data(case.number, " 联系上门时间 ", world.actor("manager"), world.now)
    assert shown == {"name": "王秀英", "phone": "13800000012", "address": HOME["address"]}
    read = PersonalDataRead.objects.get()
    assert (read.account.username, read.subject, read.reason) == ("manager", f"case:{case.pk}", "联系上门时间")
    with refused("reveal.reason_missing"):
        reveal_personal_data(case.number, " 看 ", world.actor("manager"), world.now)
    for login in ("manager2", "clerk", "admin", "company"):
        with denied():
            reveal_personal_data(case.number, "想看一看", world.actor(login), world.now)
    with unknown():
        reveal_personal_data("BM00000000000", "想看一看", world.actor("manager"), world.now)
