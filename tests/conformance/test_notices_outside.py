"""A practice's notice that names sms or email leaves the house with the step that caused it, once."""

import json
from dataclasses import replace
from datetime import timedelta

from tests.support.world import World
from wanjia.actions.cases.fire_due_clocks import fire_due_clocks
from wanjia.actions.cases.notices import deliveries_of
from wanjia.actions.cases.practices import practice_of
from wanjia.actions.cases.queue_delivery import Wanted
from wanjia.actions.cases.saving import Changes
from wanjia.model.actors import CLOCK
from wanjia.practice.nouns import Notice
from wanjia.records.cases.models import Case, Delivery, Message


def outside(case: Case) -> list[Delivery]:
    return list(case.deliveries.order_by("pk"))


def test_a_late_answer_is_told_by_short_message_with_the_words_of_the_portal(world: World) -> None:
    case = world.call()
    fire_due_clocks(world.now + timedelta(hours=3))
    told = Message.objects.filter(case=case, audience="requester", notice__startswith="notices.")
    (row,) = outside(case)
    assert told.count() == 1 and (row.channel, row.address, row.urgent) == ("sms", case.requester_phone, False)
    assert row.subject.endswith(case.number) and f"受理单号 {case.number}" in row.body and "{" not in row.body
    assert row.body.startswith(json.loads(case.practice.files["texts/zh-Hans.json"])[told.get().notice][:6])
    fire_due_clocks(world.now + timedelta(hours=3))
    assert len(outside(case)) == 1


def wanted(world: World, case: Case, notice: Notice, messages: list[Message], facts: dict[str, object]) -> list[Wanted]:
    """What a practice would send out if it had this notice and asked for a mailbox."""
    own = practice_of(case.practice)
    practice = replace(
        own,
        notices={**own.notices, notice.id: notice},
        facts={**own.facts, "mail": {"type": "string", "format": "email"}},
    )
    return deliveries_of(practice, facts, Changes(case, CLOCK, world.now, messages=messages))


def test_everybody_gets_it_where_they_can_be_reached_in_their_language(world: World) -> None:
    case, manager = world.call(), world.person("manager")
    Case.objects.filter(pk=case.pk).update(language="en")
    case.refresh_from_db()
    manager.phone = "13700000001"
    manager.save()
    values = {"due_at": world.now.isoformat(), "holder": "黄志强"}
    messages = [
        Message(case=case, audience="requester", sender="clock", notice="notices.answer_late", values=values),
        Message(
            case=case, audience="staff", person=manager, sender="clock", notice="notices.answer_late", values=values
        ),
        Message(case=case, audience="requester", sender="clock", notice="platform.hold", values={}),
        Message(case=case, audience="requester", sender="clock", text="打错了"),
    ]
    notice = Notice("answer_late", "requester", ("portal", "sms", "email"), urgent=True)
    (mail,) = [w for w in wanted(world, case, notice, messages, {"mail": "li@example.com"}) if w.channel == "email"]
    assert (mail.address, mail.urgent, mail.case_id) == ("li@example.com", True, case.pk)
    assert mail.body.endswith(f"(case {case.number})") and mail.subject.endswith(case.number)
    to = {(w.channel, w.address): w for w in wanted(world, case, notice, messages, {})}
    assert set(to) == {("sms", case.requester_phone), ("sms", "13700000001")}
    assert "已报上一级" in to["sms", "13700000001"].body and "已报上一级" not in to["sms", case.requester_phone].body
    assert len({w.key for w in to.values()}) == 2


def test_a_notice_for_the_portal_stays_in_the_house(world: World) -> None:
    case = world.call()
    message = Message(case=case, audience="requester", sender="clock", notice="notices.answer_late", values={})
    for channels in (("portal",), ("portal", "desk", "window")):
        assert wanted(world, case, Notice("answer_late", "requester", channels), [message], {"mail": "a@b.cc"}) == []
    case.requester_phone, case.requester_id = "", None
    assert wanted(world, case, Notice("answer_late", "requester", ("sms", "email")), [message], {}) == []
