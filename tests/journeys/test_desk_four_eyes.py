"""Four eyes: who did the work sees beforehand that somebody else has to check it, and hands the check on."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.journeys.test_desk_verbs import picture, post, reference, shown
from tests.support.world import World
from wanjia.actions.cases.complete_task import complete_task
from wanjia.records.cases.models import Case, Task

SENTENCE = "本步骤须由 林海生 以外的人办理"


def measured(world: World) -> Case:
    """A round of findings whose one measure the district manager has carried out, and would now have to verify."""
    finding = {"finding_id": "W1", "finding": "村里不知道该找谁", "unit": "海棠供电所", "severity": "ordinary"}
    begun = {"round_title": "海棠检视", "round_source": "self_check", "round_on": "2026-01-05", "findings": [finding]}
    case = world.open("finding_rectification", begun, "f", "desk", by=world.actor("county")).case  # type: ignore[arg-type]
    manager = reference(world, "manager")
    measure = {
        "measure_id": "C1", "finding_ids": ["W1"], "measure": "统一制发服务联系卡", "owner": manager,
        "verifier": manager, "due_on": str(world.now.date() + timedelta(days=30)), "yardstick": "持卡户覆盖率（%）",
    }  # fmt: skip
    project = {"project_id": "X1", "project": "一张联系卡", "measure_ids": ["C1"], "lead": manager}
    answers = {"measures": [measure], "projects": [project]}
    complete_task(case.number, world.task(case).key, answers, world.actor("county"), world.now)
    approval = {"approval": "agree", "approval_note": "按方案推进"}
    complete_task(case.number, world.task(case).key, approval, world.actor("company"), world.now)
    sent = {
        "status": "done", "what_was_done": "全部发放并逐户核对签收", "after_value": "98",
        "evidence.files": SimpleUploadedFile("card.png", picture(), "image/png"),
    }  # fmt: skip
    done = post(world.client("manager"), case, f"tasks/{world.task(case).key}/complete", **sent)
    assert done.status_code == 302, done.content.decode()
    return case


def test_who_did_the_work_is_told_to_pass_the_check_on_and_is_refused_all_the_same(world: World) -> None:
    case = measured(world)
    task, manager = world.task(case, "verify"), world.client("manager")
    assert task.holder == world.person("manager")
    page = shown(manager, case)
    assert SENTENCE in page and "请转办给其他人" in page and "落实整改" in page
    assert f"tasks/{task.key}/complete/" not in page and f"tasks/{task.key}/pass-on/" in page
    checked = {"status": "verified", "verification_note": "现场核对与数据一致"}
    refused = post(manager, case, f"tasks/{task.key}/complete", **checked)
    assert refused.status_code == 422 and "须由另一人办理" in refused.content.decode()

    passed = post(manager, case, f"tasks/{task.key}/pass-on", to=reference(world, "senior"), reason="须由他人复核")
    assert passed.status_code == 302 and Task.objects.get(pk=task.pk).holder == world.person("senior")
    senior = world.client("senior")
    page = shown(senior, case)
    assert SENTENCE in page and "请转办给其他人" not in page and f"tasks/{task.key}/complete/" in page
    assert post(senior, case, f"tasks/{task.key}/complete", **checked).status_code == 302
    assert SENTENCE not in shown(senior, case)


def test_why_a_deadline_could_not_act_is_said_in_a_sentence(world: World) -> None:
    case = world.call()
    values = {"version": "1.1.1", "practice": "contact_card", "digest": "abc123"}
    Case.objects.filter(pk=case.pk).update(stuck="engine.digest_unknown", stuck_values=values)
    page, kept = shown(world.client("chief"), case), world.client("admin").get("/admin/stuck/").content.decode()
    for text in (page, kept):
        assert "abc123" in text and "engine.digest_unknown" not in text and "{" not in text.split("abc123")[0][-80:]
    Case.objects.filter(pk=case.pk).update(stuck_values={})
    assert "系统会自动重试" in shown(world.client("chief"), case)
