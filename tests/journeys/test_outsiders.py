"""Somebody without an account does a task on their phone: a link, a code, the form, and nothing else of the case."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from tests.support.outsiders import PHONE, code, install, link, waiting
from tests.support.world import World
from wanjia.actions.cases.fire_due_clocks import fire_due_clocks
from wanjia.actions.cases.pass_on import pass_on
from wanjia.records.cases.models import Case, Clock, Delivery, HistoryEntry, Letter, Outsider, Task


@pytest.fixture(autouse=True)
def fresh(world: World) -> None:
    cache.clear()
    install(world)


def entered(world: World, case: Case, language: str = "zh-Hans"):  # type: ignore[no-untyped-def]
    phone = world.client(language=language)
    path = link(case)
    phone.post(f"{path}code/")
    assert phone.post(path, {"code": code(case)}).status_code == 302
    return phone, path


@pytest.mark.parametrize(("language", "title"), [("zh-Hans", "请您办理"), ("en", "Something for you to do")])
def test_a_link_and_a_code_lead_to_the_task_and_doing_it_ends_the_case(world: World, language: str, title: str) -> None:
    case = waiting(world)
    sms = Delivery.objects.get(case=case)
    assert (sms.channel, sms.address) == ("sms", PHONE) and case.number in sms.body
    phone, path = world.client(language=language), link(case)
    gate = phone.get(path).content.decode()
    assert title in gate and "139****0077" in gate and PHONE not in gate
    assert "已电话说明" not in gate and "邻居" not in gate and case.number not in gate
    phone.post(f"{path}code/")
    assert Delivery.objects.filter(case=case, urgent=True).count() == 1
    assert phone.post(path, {"code": code(case)}).status_code == 302
    page = phone.get(path).content.decode()
    assert "已电话说明" in page and 'name="stars"' in page
    assert "想了解峰谷电价" not in page and PHONE not in page and "海棠村12号" not in page
    task = world.task(case, "confirm")
    wrong = phone.post(f"{path}{task.key}/", {})
    assert wrong.status_code == 422 and "fault" in wrong.content.decode()
    assert phone.post(f"{path}{task.key}/", {"stars": "5"}).status_code == 302
    done = Case.objects.get(pk=case.pk)
    assert (done.status, done.end, done.state["facts"]["stars"]) == ("ended", "solved", 5)
    assert phone.get(path).status_code == 200
    who = HistoryEntry.objects.get(subject=f"case:{case.pk}", verb="done", data__step="confirm")
    assert who.actor.startswith("outside:") and who.actor_name == "139****0077"


def test_a_wrong_code_a_used_one_an_old_one_and_too_many_open_nothing(world: World) -> None:
    case = waiting(world)
    phone, path = world.client(), link(case)
    assert phone.post(path, {"code": "000000"}).status_code == 422, "no code was sent yet"
    phone.post(f"{path}code/")
    right = code(case)
    wrong = str((int(right) + 1) % 10**6).zfill(6)
    assert phone.post(path, {"code": wrong}).status_code == 422
    assert phone.post(path, {"code": right}).status_code == 302
    other = world.client()
    assert other.post(path, {"code": right}).status_code == 422, "a code is good once"
    other.post(f"{path}code/")
    again = code(case)
    Outsider.objects.update(code_until=world.now - timedelta(seconds=1))
    assert other.post(path, {"code": again}).status_code == 422
    other.post(f"{path}code/")
    third = code(case)
    for _ in range(5):
        other.post(path, {"code": wrong if third != wrong else "111111"})
    assert other.post(path, {"code": third}).status_code == 422, "five wrong ones and the right one is dead too"
    other.post(f"{path}code/")
    assert other.post(f"{path}code/").status_code == 429, "no telephone is flooded"
    assert world.client().get("/tasks/nonsense/").status_code == 404


def test_behind_the_link_is_their_own_work_and_letters_only(world: World) -> None:
    case, other = waiting(world), waiting(world, "k2", "13900000088")
    letters = [
        Letter.objects.create(
            case=case, letter="x", number=f"{case.number}-{audience}", audience=audience, issued_at=world.now,
            content={"zh-Hans": {"title": f"给{audience}的信", "blocks": [], "signed_by": ""}},
        )
        for audience in ("customer", "manager", "requester")
    ]  # fmt: skip
    phone, path = entered(world, case)
    page = phone.get(path).content.decode()
    assert letters[0].number in page and letters[1].number not in page and letters[2].number not in page
    answers = [phone.get(f"/letters/{letter.number}.pdf").status_code for letter in letters]
    assert answers == [200, 404, 404]
    assert world.client().get(f"/letters/{letters[0].number}.pdf").status_code == 404
    theirs = world.task(other, "confirm")
    assert phone.post(f"{link(other)}{theirs.key}/", {"stars": "1"}).status_code == 404
    assert phone.get(f"/follow/{case.number}/").status_code == 302
    assert phone.get(f"/desk/cases/{case.number}/").status_code in (302, 403, 404)


def test_staff_see_who_has_it_and_may_pass_it_on_but_not_do_it(world: World) -> None:
    case = waiting(world)
    task = world.task(case, "confirm")
    page = world.client("chief").get(f"/desk/cases/{case.number}/").content.decode()
    assert "外部人员 139****0077" in page and PHONE not in page
    answer = world.client("chief").post(f"/desk/cases/{case.number}/tasks/{task.key}/complete/", {"stars": "5"})
    assert answer.status_code in (403, 404) and world.task(case, "confirm").status == "open"
    phone, path = entered(world, case)
    to = f"person:{world.person('manager').pk}"
    pass_on(case.number, task.key, to, "本人无法上网", world.actor("chief"), world.now)
    assert 'name="stars"' not in phone.get(path).content.decode()
    assert Task.objects.get(pk=task.pk).holder == world.person("manager")


def test_a_clock_sends_the_link_again_and_without_a_number_the_chief_has_it(world: World) -> None:
    case = waiting(world)
    warned = Clock.objects.get(case=case, task_key=world.task(case, "confirm").key).next_at
    assert warned is not None and fire_due_clocks(warned) == 1
    again = list(Delivery.objects.filter(case=case, body__contains="/tasks/"))
    assert [row.address for row in again] == [PHONE] * 2 and again[0].body == again[1].body
    landline = waiting(world, "k2", "0595-22223333")
    assert not Delivery.objects.filter(case=landline).exists() and not landline.outsiders.exists()
    assert world.task(landline, "confirm").holder == world.person("chief")


def test_the_link_dies_a_month_after_the_end(world: World) -> None:
    case = waiting(world)
    phone, path = entered(world, case)
    phone.post(f"{path}{world.task(case, 'confirm').key}/", {"stars": "5"})
    Outsider.objects.update(phone="-1")
    assert world.client().post(f"{path}code/").status_code == 404, "nobody is behind a number that was forgotten"
    Outsider.objects.update(phone=PHONE)
    Case.objects.filter(pk=case.pk).update(ended_at=world.now - timedelta(days=31))
    assert world.client().post(f"{path}code/").status_code == 404
