"""At the desk: find my task, do it, and everything that can be done with it on the way."""

from tests.support.world import HOME, World
from wanjia.records.cases.models import Case, Task


def test_my_tasks_lead_to_the_case_and_the_form_moves_it_on(world: World) -> None:
    case = world.call()
    manager, other = world.client("manager"), world.client("manager5")

    page = manager.get("/desk/")
    assert page.status_code == 200
    listed = page.content.decode()
    assert case.number in listed and ("今日到期" in listed or "以后到期" in listed)
    assert case.number not in other.get("/desk/").content.decode()
    assert other.get(f"/desk/cases/{case.number}/").status_code == 403
    assert manager.get("/desk/cases/NO-SUCH/").status_code == 404

    task = world.task(case, "answer")
    shown = manager.get(f"/desk/cases/{case.number}/").content.decode()
    assert "李*" in shown and "138****0067" in shown and "13800000067" not in shown
    assert HOME["address"] in shown

    url = f"/desk/cases/{case.number}/tasks/{task.key}/complete/"
    refused = manager.post(url, {"outcome": ""})
    assert refused.status_code == 422 and "form.missing" not in refused.content.decode()
    assert Task.objects.get(pk=task.pk).status == "open"

    done = manager.post(url, {"outcome": "answered", "answer_text": "已电话说明"})
    assert done.status_code == 302
    assert Task.objects.get(pk=task.pk).status == "done"
    again = manager.post(url, {"outcome": "answered", "answer_text": "已电话说明"})
    assert again.status_code == 422
    assert Case.objects.get(pk=case.pk).state["facts"]["answer_text"] == "已电话说明"


def test_visitors_sign_in_first_and_residents_have_no_desk(world: World) -> None:
    assert world.client().get("/desk/").status_code == 302
    assert world.client("resident").get("/desk/").status_code == 403
