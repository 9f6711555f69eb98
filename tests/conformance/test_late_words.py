"""Who missed a deadline says so in words, with who has it now; who declined is not offered a second time."""

from datetime import timedelta

from tests.support.world import World
from wanjia.actions.cases.capabilities.nearest_electricians import nearest_electricians
from wanjia.actions.cases.fire_due_clocks import fire_due_clocks
from wanjia.queries.cases.installed import practice_of
from wanjia.queries.cases.messages import notice_text
from wanjia.records.cases.models import Case, Message


def test_the_requester_learns_that_nobody_answered_and_who_has_it_now(world: World) -> None:
    case = world.call()
    assert fire_due_clocks(world.now + timedelta(hours=3)) == 1
    message = Message.objects.get(case=case, notice="notices.answer_late")
    senior = world.person("senior").name
    assert (message.audience, message.values["holder"]) == ("requester", senior)
    practice = practice_of(Case.objects.get(pk=case.pk).practice)
    text = notice_text(practice, case, message.notice, message.values, "zh-Hans")
    assert senior in text and "年" in text and "{" not in text
    assert senior in notice_text(practice, case, message.notice, message.values, "en")


def test_who_is_excluded_is_not_offered(world: World) -> None:
    case = world.repair()
    everyone = [row["id"] for row in nearest_electricians({}, case, world.now)["electricians"]]
    assert everyone
    assert nearest_electricians({"excluded": None}, case, world.now)["electricians"]
    left = nearest_electricians({"excluded": everyone[:1]}, case, world.now)["electricians"]
    assert [row["id"] for row in left] == everyone[1:]
