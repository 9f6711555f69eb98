"""What a partner body does at the window: its own tasks, its own papers, and nothing of the others."""

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.support.reviews import APPLICATION, PAPERS, PDF, paper_of, review_of, reviewed
from tests.support.world import HOME, World
from wanjia.records.cases.models import Case, HistoryEntry, PersonalDataRead, Task


@pytest.fixture(autouse=True)
def no_limits_left_over() -> None:
    cache.clear()


def test_a_department_sees_its_task_and_only_its_papers(world: World) -> None:
    case = reviewed(world)
    traffic, city = review_of(case, "traffic_police"), review_of(case, "city_management")
    client = world.client("traffic_police")
    listed = client.get("/window/").content.decode()
    assert f"/window/tasks/{traffic.pk}/" in listed and f"/window/tasks/{city.pk}/" not in listed

    page = client.get(f"/window/tasks/{traffic.pk}/").content.decode()
    assert "traffic_plan.pdf" in page and "site_plan.pdf" in page
    assert "excavation_plan.pdf" not in page and "planning_drawing.pdf" not in page
    assert "林小满" not in page and "林*" in page and "13800000012" not in page and "138****0012" in page
    own, other = paper_of(case, "traffic_plan"), paper_of(case, "excavation_plan")
    assert client.get(f"/papers/{own.token}/").status_code == 200
    assert client.get(f"/papers/{other.token}/").status_code in (403, 404)


def test_another_bodys_addresses_are_closed(world: World) -> None:
    case = reviewed(world)
    client, city = world.client("traffic_police"), review_of(case, "city_management")
    assert client.get(f"/window/tasks/{city.pk}/").status_code == 403
    assert client.post(f"/window/tasks/{city.pk}/complete/", {"opinion": "agree"}).status_code == 403
    assert client.get(f"/window/cases/{case.number}/").status_code == 403
    assert client.post(f"/window/cases/{case.number}/withdraw/", {"reason": "x"}).status_code == 403
    assert client.get("/window/cases/").status_code == 403
    assert client.get("/desk/").status_code == client.get(f"/desk/cases/{case.number}/").status_code == 403
    assert client.get("/window/new/one_window_review/").status_code == 403
    assert client.get("/window/tasks/999999/").status_code == 404
    city.refresh_from_db()
    assert city.status == Task.Status.OPEN
    assert world.client().get("/window/").status_code == 302
    assert world.client("manager").get("/window/").status_code == 403


def test_an_opinion_is_given_and_a_faulty_one_keeps_what_was_written(world: World) -> None:
    case = reviewed(world)
    task, client = review_of(case, "traffic_police"), world.client("traffic_police")
    faulty = client.post(f"/window/tasks/{task.pk}/complete/", {"opinion": "agree_with_conditions"})
    assert faulty.status_code == 422 and 'value="agree_with_conditions" checked' in faulty.content.decode()
    given = client.post(
        f"/window/tasks/{task.pk}/complete/",
        {"opinion": "agree_with_conditions", "conditions": "夜间施工", "reason": "交通流量大"},
    )
    assert given.status_code == 302
    assert f"/window/tasks/{task.pk}/" in client.get("/window/?state=done").content.decode()
    done = client.get(f"/window/tasks/{task.pk}/").content.decode()
    assert "夜间施工" in done

    clerk = world.client("clerk").get(f"/window/cases/{case.number}/").content.decode()
    assert "夜间施工" in clerk and "excavation_plan.pdf" in clerk
    other = world.client("city_management").get(f"/window/tasks/{review_of(case, 'city_management').pk}/")
    assert "夜间施工" not in other.content.decode()


def test_a_task_is_passed_on_delegated_and_asked_about(world: World) -> None:
    case = reviewed(world)
    task, client = review_of(case, "traffic_police"), world.client("traffic_police")
    clerk = world.person("clerk")
    empty = client.post(f"/window/tasks/{task.pk}/pass-on/", {"to": "person:0"})
    assert empty.status_code == 422
    assert client.post(f"/window/tasks/{task.pk}/delegate/", {"to": f"person:{clerk.pk}"}).status_code == 302
    asked = client.post(f"/window/tasks/{task.pk}/ask-opinion/", {"to": f"person:{clerk.pk}", "question": "道路年限?"})
    assert asked.status_code == 302
    opinion = Task.objects.get(case=case, kind="opinion")
    answered = world.client("clerk").post(f"/window/tasks/{opinion.pk}/give-opinion/", {"answer": "已满五年"})
    assert answered.status_code == 302
    assert HistoryEntry.objects.filter(subject=f"case:{case.pk}", verb="opinion_given").exists()


def test_what_was_delegated_at_the_window_is_taken_back_with_one_button(world: World) -> None:
    task, client = review_of(reviewed(world), "traffic_police"), world.client("traffic_police")
    address = f"/window/tasks/{task.pk}/delegate/"
    page = client.post(address, {"to": f"person:{world.person('clerk').pk}"}, follow=True).content.decode()
    assert f'action="{address}" class="undo"' in page and 'name="end" value="1"' in page
    task.refresh_from_db()
    assert task.delegated_to == world.person("clerk")
    assert "委托已收回" in client.post(address, {"end": "1"}, follow=True).content.decode()
    task.refresh_from_db()
    assert task.delegated_to is None
    unknown = client.post(f"/window/tasks/{task.pk}/approve/")
    assert unknown.status_code == 404


def test_lists_are_filtered_and_exported_without_formulas(world: World) -> None:
    case = reviewed(world)
    Case.objects.filter(pk=case.pk).update(title="=HYPERLINK(1)")
    client = world.client("traffic_police")
    assert "没有符合条件" in client.get("/window/?text=nothing").content.decode()
    exported = client.get("/window/?export=csv").content.decode()
    assert "'=HYPERLINK(1)" in exported and ",=HYPERLINK" not in exported


def test_a_clerk_takes_an_application_in_and_prints_the_slip(world: World) -> None:
    client = world.client("clerk")
    assert "one_window_review" in client.get("/window/new/").content.decode()
    refused = client.post("/window/new/one_window_review/", {"project_name": "海棠路接入工程"})
    assert refused.status_code == 422 and "海棠路接入工程" in refused.content.decode()
    assert not Case.objects.filter(surface="window").exists()
    sent = client.post("/window/new/one_window_review/", counter_form())
    assert sent.status_code == 302
    case = Case.objects.get(surface="window")
    slip = client.get(sent.url).content.decode()
    assert case.number in slip and "查询码" in slip
    assert case.requester is None and world.task(case, "accept").holder == world.person("clerk")
    again = world.client("clerk").get(sent.url).content.decode()
    assert "查询码只在收件当时" in again


def test_a_clerk_reveals_personal_data_with_a_reason_only(world: World) -> None:
    case, client = reviewed(world), world.client("clerk")
    address = f"/window/cases/{case.number}/"
    assert "13800000012" not in client.get(address).content.decode()
    assert client.post(f"{address}reveal/", {"reason": ""}).status_code == 422
    assert client.post(f"{address}reveal/", {"reason": "电话通知补正"}).status_code == 302
    assert "13800000012" in client.get(address).content.decode()
    assert PersonalDataRead.objects.get().reason == "电话通知补正"


def counter_form() -> dict[str, object]:
    """What the counter's form sends for a joint review."""
    from_application = {name: value for name, value in APPLICATION.items() if name != "place"}
    texts = {name: str(value).lower() if isinstance(value, bool) else value for name, value in from_application.items()}
    place = {f"place.{name}": HOME[name] for name in ("longitude", "latitude", "address")}
    files = {f"{name}.files": SimpleUploadedFile(f"{name}.pdf", PDF) for name in PAPERS}
    return {**texts, **place, **files, "upload_key": "counter-key-0123456789"}
