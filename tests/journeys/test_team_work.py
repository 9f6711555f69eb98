"""What a team does for its own safety, study and honour, and for a household: through the pages of whoever does it."""

import json
from datetime import timedelta

import pytest
from django.core.cache import cache

from tests.support.outsiders import code, link
from tests.support.residents import keys
from tests.support.screens import sent
from tests.support.world import World
from wanjia.actions.cases.deliver_news import deliver_news
from wanjia.actions.cases.open_recurring import open_recurring
from wanjia.actions.cases.send_message import send_message
from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.stored import stored_practice
from wanjia.records.cases.models import Case, HistoryEntry, News, PracticeVersion, RegisterRow, Task

UNIT = "海棠供电所"
DANGERS: list[Json] = [{"danger": "高处坠落", "measure": "双保险安全带"}]


@pytest.fixture(autouse=True)
def _no_limits_left() -> None:
    cache.clear()


def test_all_confirm_a_violation_is_found_and_its_points_are_struck_on_appeal(world: World) -> None:
    number = _opens(world, "senior", "daily_safety", _plan(world))
    assert Case.objects.get(number=number).title.endswith("低压线路改造")
    _does(world, "chief", number, "approve_plan", {"approval": "agree", "supervisor": "黄志强"})
    for login in ("manager", "manager2"):
        page = _does(world, login, number, "confirm_briefing", {"briefing": "understood"})
        assert "双保险安全带" in page, "whoever confirms reads the measures"
    _does(world, "senior", number, "open_site", {"measures_in_place": True, "site_photos": ["site.jpg"]})
    found: Facts = {"violation_found": True, "check_note": "一人未系后备保护绳，已制止"}
    _does(world, "senior", number, "check_on_site", found)
    _does(world, "senior", number, "close_site", {"work_result": "done", "earths_removed": True})
    case = Case.objects.get(number=number)
    sheet = json.dumps(case.letters.get().content["zh-Hans"], ensure_ascii=False)
    assert case.end == "finished" and "林海生" in sheet and "person:" not in sheet
    _points(world, case.state["facts"]["violation_case"])


def _points(world: World, number: str) -> None:
    violation: Facts = {
        "result": "violation", "found_by": "inspector", "offender": "林海生", "category": "behaviour",
        "severity": "serious_3", "seen": "登高作业未系后备保护绳", "rule_broken": "安规第6.2.3条",
        "evidence": ["rope.jpg"], "corrected": True,
    }  # fmt: skip
    _does(world, "senior", number, "record", violation)
    _does(world, "chief", number, "confirm", {"confirmed": True, "confirm_note": "与照片一致"})
    row = RegisterRow.objects.get(practice="safety_points")
    assert (row.person, row.values["points"], row.struck_at) == (world.person("manager"), 3, None)
    appeal: Facts = {"answer": "appeal", "appeal_reason": "当时正在下杆，有监护人证言"}
    page = _does(world, "manager", number, "answer_points", appeal)
    assert "Ⅲ类严重违章" in page and "3" in page
    decision: Facts = {"appeal_result": "strike", "appeal_decision": "证言属实，违章不成立"}
    _does(world, "county", number, "decide_appeal", decision)
    case = Case.objects.get(number=number)
    row.refresh_from_db()
    assert case.end == "struck" and row.struck_at is not None
    assert "划销" in str(case.letters.get(letter="struck").content["zh-Hans"])


def test_points_that_reach_the_threshold_lead_to_training(world: World) -> None:
    for key, expected in (("first", "counted"), ("second", "")):
        start: Facts = {"unit": UNIT, "site": "石桥变", "work": f"检修{key}", "checked_on": str(world.today)}
        number = _opens(world, "county", "safety_points", start)
        violation: Facts = {
            "result": "violation", "found_by": "inspector", "offender": "陈月娥", "category": "behaviour",
            "severity": "serious_2", "seen": "未验电挂接地线", "rule_broken": "安规第4.3条", "evidence": ["a.jpg"],
            "corrected": True,
        }  # fmt: skip
        _does(world, "county", number, "record", violation)
        _does(world, "chief", number, "confirm", {"confirmed": True, "confirm_note": "属实"})
        _does(world, "manager2", number, "answer_points", {"answer": "accept"})
        assert Case.objects.get(number=number).end == expected
    assert Case.objects.get(number=number).state["facts"]["valid_points"] == 12
    trained: Facts = {
        "training_content": "验电接地实操", "training_until": str(world.today), "test_score": 92,
        "training_papers": ["test.jpg"],
    }  # fmt: skip
    _does(world, "chief", number, "train", trained)
    assert Case.objects.get(number=number).end == "trained"
    report = _opens(world, "chief", "safety_report", {"period": "2026-10", "member": "陈月娥"})
    points = Case.objects.get(number=report).state["facts"]["valid_points"]
    assert points == 12, "the report reads the register of the other practice"


def test_a_year_s_plan_opens_its_lectures_and_hears_how_they_ended(world: World) -> None:
    learners: list[Json] = [{"member": "林海生"}, {"member": "陈月娥"}]
    day = str(world.today + timedelta(days=20))
    lectures: list[Json] = [
        {"topic": f"第{at}讲", "kind": kind, "planned_on": day, "lecturer": "黄志强", "hours": 1.5}
        for at, kind in enumerate(("safety", "skill", "service", "rules"), start=1)
    ]
    plan: Facts = {
        "plan_year": world.today.year, "level": "station", "unit": UNIT, "members": learners, "lectures": lectures[:3],
    }  # fmt: skip
    number = _opens(world, "senior2", "study_plan", plan)
    assert "讲数不足" in _does(world, "senior2", number, "complete_plan", {"lectures": lectures})
    _does(world, "chief", number, "approve_plan", {"approval": "agree"})
    children = list(Case.objects.filter(parent__number=number).order_by("pk"))
    assert [child.practice.name for child in children] == ["micro_lecture"] * 4
    first = children[0].number
    _does(world, "senior", first, "prepare", {"ready": "ready", "outline": "遮蔽顺序和实物演示"})
    held: Facts = {"held_on": str(world.today), "hours": 1.5, "sign_in": ["list.jpg"]}
    _does(world, "senior", first, "hold", held)
    _does(world, "manager", first, "confirm", {"attendance": "on_site"})
    _does(world, "manager2", first, "confirm", {"attendance": "absent"})
    _does(world, "manager2", first, "make_up", {"made_up": True, "takeaway": "拆线夹前先补遮蔽毯"})
    rows = RegisterRow.objects.filter(practice="micro_lecture")
    assert {row.person.name for row in rows} == {"林海生", "陈月娥"}
    assert "林海生" in str(children[0].letters.get().content["zh-Hans"])
    deliver_news(world.now)
    news = News.objects.get(case__number=number)
    assert (news.payload["child_end"], news.settled_at is not None) == ("held", True)
    assert Case.objects.get(number=number).status == "running", "three lectures are still to come"


def test_a_household_decides_on_its_phone_and_is_forgotten_when_consent_ends(world: World) -> None:
    start: Facts = {
        "village": "阳关村", "team_no": 7, "household_name": "艾力江", "phone": "13900000045", "house": "二组十二号",
        "consent_way": "phone", "purpose": "用电和农产品销售帮扶",
    }  # fmt: skip
    number = _opens(world, "senior", "household_plan", start)
    case = Case.objects.get(number=number)
    phone, path = world.client(), link(case)
    phone.post(f"{path}code/")
    assert phone.post(path, {"code": code(case)}).status_code == 302
    page = phone.get(path).content.decode()
    assert "用电和农产品销售帮扶" in page and "二组十二号" not in page
    task = world.task(case, "consent_by_phone")
    assert phone.post(f"{path}{task.key}/", {"consent": "agree"}).status_code == 302
    due = str(world.today + timedelta(days=20))
    needs: list[Json] = [
        {"kind": "supply", "need": "羊圈没有水泵电源", "measure": "新增下户线", "helper": "林海生", "due_on": due}
    ]
    _does(world, "senior", number, "plan", {"situation": "养羊户要用电", "measures": needs})
    _does(world, "county", number, "review_plan", {"review": "agree"})
    _does(world, "manager", number, "carry_out", {"outcome": "done", "what_was_done": "艾力江家已接电"})
    assert "艾力江" in _written(case), "the test can see what is written"
    send_message(number, "end_consent", {"end_reason": "asked"}, world.actor("senior"), world.now)
    ended = Case.objects.get(number=number)
    assert (ended.end, ended.state["facts"]["village"]) == ("consent_over", "阳关村")
    left = _written(ended)
    assert not [word for word in ("艾力江", "13900000045", "二组十二号", "养羊户", "羊圈") if word in left]
    kept = RegisterRow.objects.get(case=ended, register="help_given")
    assert (kept.values["kind"], kept.values["village"], kept.struck_at) == ("supply", "阳关村", None)
    assert RegisterRow.objects.get(case=ended, register="consents").struck_at is not None
    assert HistoryEntry.objects.filter(subject=f"case:{ended.pk}", verb="personal_data_forgotten").exists()


def _written(case: Case) -> str:
    """Everything that rows of a case say."""
    case = Case.objects.get(pk=case.pk)
    said: list[object] = [
        case.state,
        case.title,
        case.title_en,
        case.requester_name,
        case.requester_phone,
        case.address,
    ]
    said += [(task.item, task.answers) for task in case.tasks.all()]
    said += [letter.content for letter in case.letters.all()]
    said += [(message.values, message.text) for message in case.messages.all()]
    said += [row.values for row in case.register_rows.all()]
    said += [(sms.address, sms.body) for sms in case.deliveries.all()]
    said += [row.data for row in HistoryEntry.objects.filter(subject=f"case:{case.pk}")]
    said += [outsider.phone for outsider in case.outsiders.all()]
    return json.dumps(said, ensure_ascii=False)


def test_a_role_model_consents_is_checked_and_reviewed_by_others(world: World) -> None:
    start: Facts = {
        "subject": "person", "nominee": "林海生", "unit": UNIT, "headline": "带电作业工具改进",
        "deeds": [{"deed": "改进工器具六项", "deed_on": "2026-01-10", "effect": "作业时间缩短到一小时"}],
        "evidence": ["order.jpg"],
    }  # fmt: skip
    number = _opens(world, "manager2", "role_model", start)
    _does(world, "manager", number, "consent", {"consent": "agree", "show_what": "name"})
    _does(world, "chief", number, "accept", {"acceptance": "yes", "checker": "黄志强"})
    _does(world, "senior", number, "check_deed", {"verdict": "verified", "verdict_note": "查工单属实"})
    _does(world, "chief", number, "review_station", {"station_result": "forward", "station_note": "效果可查"})
    _does(world, "county", number, "review_county", {"county_result": "forward", "county_note": "有示范作用"})
    page = _does(world, "company", number, "review_city", {"city_result": "honour", "city_note": "可推广"})
    assert "作业时间缩短到一小时" in page
    facts = Case.objects.get(number=number).state["facts"]
    assert (facts["level"], facts["verified_count"]) == ("city", 1)


def test_areas_are_taken_on_before_the_charter(world: World) -> None:
    areas: list[Json] = [
        {"area_id": "Q1", "area": "杆塔组立", "party": "builder", "lead": "林海生", "area_task": "六十基"},
        {"area_id": "Q2", "area": "图纸", "party": "designer", "lead": "陈月娥", "area_task": "三日出图"},
    ]
    start: Facts = {
        "project": "光伏村通大网电工程", "goal": "零缺陷投运", "starts_on": str(world.today),
        "ends_on": str(world.today + timedelta(days=100)), "supervision": "黄志强", "areas": areas,
    }  # fmt: skip
    number = _opens(world, "county", "project_team", start)
    _does(world, "manager", number, "take_area", {"taken": "agree"})
    _does(world, "manager2", number, "take_area", {"taken": "change", "change_wanted": "图纸分两区"})
    again: list[Json] = [*areas, {**areas[1], "area_id": "Q3", "area": "竣工图"}]  # type: ignore[dict-item]
    _does(world, "county", number, "adjust_areas", {"areas": again})
    for login in ("manager", "manager2", "manager2"):
        _does(world, login, number, "take_area", {"taken": "agree"})
    charter = str(Case.objects.get(number=number).letters.get().content["zh-Hans"])
    assert "竣工图" in charter and "陈月娥" in charter and "person:" not in charter


def _plan(world: World) -> Facts:
    return {
        "plan_on": str(world.today), "unit": UNIT, "site": "海棠村3号台区", "work": "低压线路改造", "risk": "three",
        "live_work": False, "dangers": DANGERS, "daily_ban": "严禁无票作业", "daily_rule": "验电时戴绝缘手套",
        "crew": [{"member": "林海生", "duty": "登杆"}, {"member": "陈月娥", "duty": "监护"}],
    }  # fmt: skip


def _opens(world: World, login: str, practice: str, answers: Facts) -> str:
    """Somebody of the staff begins a case at the desk."""
    client = world.client(login)
    page = client.get(f"/desk/new/{practice}/").content.decode()
    row = PracticeVersion.objects.get(name=practice, active=True)
    form = {**sent(stored_practice(row.digest, row.files), "start", answers), **keys(page)}
    answer = client.post(f"/desk/new/{practice}/", form)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    return str(answer["Location"]).rstrip("/").split("/")[-1]


def _does(world: World, login: str, number: str, step: str, answers: Facts) -> str:
    """Whoever holds the open task of that step does it at the desk; gives back the page as it stood before."""
    case = Case.objects.select_related("practice").get(number=number)
    client, person = world.client(login), world.person(login)
    mine = [task for task in Task.objects.filter(case=case, status="open", step=step) if _is_of(task, case, person.pk)]
    assert mine, (step, [(task.step, task.holder) for task in Task.objects.filter(case=case, status="open")])
    page = client.get(f"/desk/cases/{number}/?task={mine[0].key}").content.decode()
    form = sent(stored_practice(case.practice.digest, case.practice.files), step, answers)
    answer = client.post(f"/desk/cases/{number}/tasks/{mine[0].key}/complete/", form)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    return page


def _is_of(task: Task, case: Case, person: int) -> bool:
    return case.requester_id == person if task.for_requester else task.holder_id == person


def test_the_month_opens_a_report_for_everybody_and_each_sees_only_their_own(world: World) -> None:
    assert open_recurring(world.now) or open_recurring(world.now + timedelta(days=10)), "after a long holiday"
    case = Case.objects.get(practice__name="safety_month", organisation_id="station-1")
    assert case.requester == world.person("chief")
    _does(world, "chief", case.number, "list_crew", {"members": [{"member": "林海生"}, {"member": "陈月娥"}]})
    mine, theirs = Case.objects.filter(parent=case).order_by("pk")
    told: Facts = {
        "not_self": True, "not_others": False, "not_by_others": True, "protect_others": True,
        "what_missed": "递工具时抛掷一次", "sees_hazard": True, "hazard": "三号台区表箱门锁损坏",
    }  # fmt: skip
    _does(world, "manager", mine.number, "report", told)
    assert world.client("manager").get(f"/desk/cases/{theirs.number}/").status_code == 403
    answer: Facts = {"hazard_answer": "当日更换锁具", "hazard_until": str(world.today)}
    _does(world, "chief", mine.number, "answer_hazard", answer)
    done = Case.objects.get(pk=mine.pk)
    assert (done.end, done.state["facts"]["kept"], done.state["facts"]["valid_points"]) == ("reported", "told", 0)
    assert RegisterRow.objects.get(case=done).person == world.person("manager")
