"""Everything that can be done with a case at the desk, each with somebody who may and somebody who may not."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from tests.support.world import HOME, World
from wanjia.actions.cases.fire_due_clocks import fire_due_clocks
from wanjia.model.actors import Actor
from wanjia.records.cases.history import broken_links
from wanjia.records.cases.models import Case, HistoryEntry, Message, PersonalDataRead, Task


def picture() -> bytes:
    """A real little photograph."""
    content = io.BytesIO()
    Image.new("RGB", (8, 8), "green").save(content, "PNG")
    return content.getvalue()


def post(client: Client, case: Case, path: str, **fields: object):  # type: ignore[no-untyped-def]
    return client.post(f"/desk/cases/{case.number}/{path}/", fields)


def shown(client: Client, case: Case) -> str:
    return client.get(f"/desk/cases/{case.number}/").content.decode()


def reference(world: World, login: str) -> str:
    return f"person:{world.person(login).pk}"


def test_pass_on_moves_the_task_for_good_and_can_be_undone_by_a_superior(world: World) -> None:
    case = world.call()
    task = world.task(case, "answer")
    senior, other = world.client("senior"), world.client("senior3")
    path = f"tasks/{task.key}/pass-on"

    assert post(other, case, path, to=reference(world, "manager2"), reason="换人").status_code == 403
    empty = post(senior, case, path, to=reference(world, "manager2"), reason="")
    assert empty.status_code == 422 and "这一项必填" in empty.content.decode()
    nobody = post(senior, case, path, to="person:99999999", reason="换人")
    assert nobody.status_code == 422 and "没有这个人" in nobody.content.decode()
    assert Task.objects.get(pk=task.pk).holder == world.person("manager")

    assert post(senior, case, path, to=reference(world, "manager2"), reason="换人").status_code == 302
    assert Task.objects.get(pk=task.pk).holder == world.person("manager2")
    page = shown(senior, case)
    assert "撤销" in page and "转办给 陈月娥：换人" in page and "记录完整" in page
    undo = post(senior, case, path, to=reference(world, "manager"), reason="撤销")
    assert undo.status_code == 302 and Task.objects.get(pk=task.pk).holder == world.person("manager")


def test_delegate_lets_the_substitute_do_it_and_ends(world: World) -> None:
    case = world.call()
    task = world.task(case, "answer")
    manager, substitute = world.client("manager"), world.client("manager2")
    path = f"tasks/{task.key}/delegate"
    assert case.number not in substitute.get("/desk/").content.decode()
    assert post(substitute, case, path, to=reference(world, "manager3")).status_code == 403
    assert post(manager, case, path, to=reference(world, "manager2")).status_code == 302
    mine = substitute.get("/desk/").content.decode()
    assert case.number in mine and "受托办理" in mine
    assert post(manager, case, path, end="1").status_code == 302
    assert Task.objects.get(pk=task.pk).delegated_to is None


def test_an_asked_opinion_holds_the_task_until_it_is_given(world: World) -> None:
    case = world.call()
    task = world.task(case, "answer")
    manager, senior = world.client("manager"), world.client("senior")
    asked = post(manager, case, f"tasks/{task.key}/ask-opinion", to=reference(world, "senior"), question="怎么答复？")
    assert asked.status_code == 302
    answers = {"outcome": "answered", "answer_text": "已说明"}
    early = post(manager, case, f"tasks/{task.key}/complete", **answers)
    assert early.status_code == 422

    opinion = Task.objects.get(case=case, kind="opinion")
    assert "怎么答复？" in senior.get(f"/desk/cases/{case.number}/?task={opinion.key}").content.decode()
    assert post(manager, case, f"tasks/{opinion.key}/give-opinion", answer="我自己答").status_code == 403
    assert post(senior, case, f"tasks/{opinion.key}/give-opinion", answer="").status_code == 422
    assert post(senior, case, f"tasks/{opinion.key}/give-opinion", answer="照实说明").status_code == 302
    assert post(manager, case, f"tasks/{task.key}/complete", **answers).status_code == 302
    assert "照实说明" in shown(senior, case)


def test_return_goes_to_an_earlier_step(world: World) -> None:
    case = world.call()
    manager = world.client("manager")
    answer = world.task(case, "answer")
    assert "驳回" not in shown(manager, case)
    visit_at = (world.now + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")
    fields = {"outcome": "visit", "answer_text": "今天上门", "visit_at": visit_at}
    done = post(manager, case, f"tasks/{answer.key}/complete", **fields)
    assert done.status_code == 302, done.content.decode()[:2000]
    visit = world.task(case, "visit")
    assert "驳回" in shown(manager, case)
    wrong = post(manager, case, f"tasks/{visit.key}/return", to="nowhere", reason="弄错了")
    assert wrong.status_code == 422
    assert post(manager, case, f"tasks/{visit.key}/return", to="answer", reason="弄错了").status_code == 302
    assert world.task(case).step == "answer"


def test_urge_hold_release_and_withdraw_follow_the_permission_table(world: World) -> None:
    case = world.call()
    manager, senior = world.client("manager"), world.client("senior")
    assert "挂起" not in shown(manager, case) and "撤回" not in shown(manager, case)
    assert post(manager, case, "hold", reason="等物资").status_code == 403
    assert post(manager, case, "withdraw", reason="不办了").status_code == 403
    assert post(senior, case, "urge", note="请尽快").status_code == 302
    assert Message.objects.filter(case=case, person=world.person("manager"), notice="case.urged").exists()
    assert "催办" in world.client("manager").get("/desk/notices/").content.decode()

    assert post(senior, case, "hold", reason="").status_code == 422
    assert post(senior, case, "hold", reason="等物资").status_code == 302
    held = shown(senior, case)
    assert "已挂起" in held and "解除挂起" in held and "暂停中" in held
    assert post(senior, case, "hold", reason="再挂").status_code == 422
    assert post(senior, case, "release").status_code == 302
    assert "暂停中" not in shown(senior, case)


def test_a_repetition_is_offered_and_merged(world: World) -> None:
    first, second = world.call("a"), world.call("b")
    elsewhere = world.call("c", place={"longitude": 119.93, "latitude": 29.93, "address": "别处"})
    manager = world.client("manager")
    page = shown(manager, second)
    assert first.number in page and elsewhere.number not in page
    assert post(world.client("manager5"), second, "merge", into=first.number).status_code == 403
    assert post(manager, second, "merge", into="").status_code == 422
    assert post(manager, second, "merge", into=first.number).status_code == 302
    assert Case.objects.get(pk=second.pk).status == "merged"
    assert first.number in shown(manager, second) and second.number in shown(manager, first)


def test_names_are_shown_in_full_only_for_a_reason_that_is_kept(world: World) -> None:
    case = world.call()
    manager, company = world.client("manager"), world.client("company")
    assert post(company, case, "reveal", reason="想看看是谁").status_code == 403
    short = post(manager, case, "reveal", reason="看")
    assert short.status_code == 422 and "13800000067" not in short.content.decode()
    assert PersonalDataRead.objects.count() == 0
    assert post(manager, case, "reveal", reason="回电核实情况").status_code == 302
    assert "李阿婆" in shown(manager, case) and "13800000067" in shown(manager, case)
    assert PersonalDataRead.objects.get().reason == "回电核实情况"
    assert "13800000067" not in shown(world.client("manager"), case), "another browser gives its own reason"


def test_the_history_does_not_name_the_requester(world: World) -> None:
    answers = {"line": "care", "care_for": "elderly", "need": "请来看看", "place": HOME, "contact_phone": "13800000067"}
    own = world.open("contact_card", answers, "own", "card", by=world.actor("resident")).case  # type: ignore[arg-type]
    told = world.open("contact_card", answers, "told", "card", by=Actor("citizen", "李阿婆")).case  # type: ignore[arg-type]
    chief = world.client("chief")
    for case in (own, told):
        page = shown(chief, case)
        assert "受理" in page and "林小满" not in page and "李阿婆" not in page


def test_messages_and_papers_reach_the_case(world: World) -> None:
    case = world.call()
    manager = world.client("manager")
    assert post(manager, case, "message", text="").status_code == 422
    assert post(manager, case, "message", text="<b>您好</b>").status_code == 302
    assert "&lt;b&gt;您好&lt;/b&gt;" in shown(manager, case)
    assert Message.objects.get(case=case, text="<b>您好</b>").audience == "requester"

    fake = SimpleUploadedFile("照片.png", b"not a picture")
    assert post(manager, case, "paper", files=fake, fact="photos").status_code == 422
    assert (
        post(manager, case, "paper", files=SimpleUploadedFile("照片.png", picture()), fact="photos").status_code == 302
    )
    assert "照片.png" in shown(manager, case)
    assert post(world.client("manager5"), case, "message", text="你好").status_code == 403


def test_a_tampered_history_shows(world: World) -> None:
    case = world.call()
    manager = world.client("manager")
    assert "记录完整" in shown(manager, case)
    entry = HistoryEntry.objects.filter(subject=f"case:{case.pk}").order_by("sequence")[0]
    HistoryEntry.objects.filter(pk=entry.pk).update(actor_name="别人")
    HistoryEntry.objects.filter(pk=entry.pk).update(data={"changed": 1})
    assert broken_links(f"case:{case.pk}")
    assert "记录被改动" in shown(manager, case)


def test_an_unanswered_call_is_escalated_and_everybody_sees_why(world: World) -> None:
    case = world.call(at=world.now - timedelta(days=10))
    while fire_due_clocks(world.now):
        pass
    task = world.task(case)
    assert task.escalated
    page = world.client("senior").get(f"/desk/cases/{case.number}/").content.decode()
    assert "提级到 黄志强" in page and "超期" in page and "已提级" in page


def test_the_process_is_drawn_and_listed_in_the_readers_language(world: World) -> None:
    case, client = world.repair(), world.client("chief")
    address = f"/desk/cases/{case.number}/"
    chinese = client.get(f"{address}process.bpmn").content.decode()
    client.post("/language/", {"language": "en", "next": "/desk/"})
    english, page = (client.get(address + path).content.decode() for path in ("process.bpmn", ""))
    assert "故障归属？" in chinese and "故障归属？" not in english and "Whose side is the fault?" in english
    steps = page[page.index('class="steplist"') :]
    assert steps.index("steplist__here") and "in progress" in steps and "not yet" in steps
    marks = client.get(f"{address}tokens.json").json()
    assert [step["element"] for step in marks["steps"] if step["state"] == "here"] == [
        token["element"] for token in marks["tokens"]
    ]


@pytest.mark.parametrize("path", ["process.bpmn", "tokens.json"])
def test_the_drawing_is_for_those_who_see_the_case(world: World, path: str) -> None:
    case = world.call()
    url = f"/desk/cases/{case.number}/{path}"
    assert world.client("manager5").get(url).status_code == 403
    found = world.client("manager").get(url)
    assert found.status_code == 200 and b"answer" in found.content


def test_a_deed_that_nobody_knows_is_not_found(world: World) -> None:
    case = world.call()
    manager = world.client("manager")
    assert post(manager, case, "explode").status_code == 404
    assert post(manager, case, f"tasks/{world.task(case).key}/explode").status_code == 404
    assert manager.get(f"/desk/cases/{case.number}/urge/").status_code == 405
