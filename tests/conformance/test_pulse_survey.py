"""The anonymous survey: what is kept, what is not, and what may be shown; on both stores."""

import json
from datetime import timedelta

import pytest
from django.db import models

from tests.support.rows import denied, refused
from tests.support.surveys import answered, asked, printed
from tests.support.world import World
from wanjia.actions.standing.answer_survey import answer_survey, survey_of
from wanjia.actions.standing.issue_tickets import issue_tickets
from wanjia.actions.standing.surveys import close_survey, open_survey
from wanjia.model.actors import SYSTEM
from wanjia.records.cases.models import HistoryEntry, Message
from wanjia.records.standing.models import Survey, SurveyCount, SurveyTicket


def test_a_ticket_answers_once_and_leaves_only_counts(world: World) -> None:
    case = asked(world, field=12)
    tickets = printed(world, case, "g1")
    assert len(set(tickets)) == 12 and SurveyTicket.objects.count() == 12
    before = HistoryEntry.objects.count(), Message.objects.count()
    with refused("survey.unanswered"):
        answer_survey(tickets[0], {"workload": 5}, world.now)
    answer_survey(tickets[0].replace(" ", "-"), {"workload": 5, "tools": 0}, world.now)
    with refused("survey.ticket"):
        answer_survey(tickets[0], {"workload": 1, "tools": 1}, world.now)
    answer_survey(tickets[1], {"workload": 5, "tools": 3}, world.now)
    rows = SurveyCount.objects.values_list("question", "value", "people")
    assert sorted(rows) == [("tools", 0, 1), ("tools", 3, 1), ("workload", 5, 2)]
    assert SurveyTicket.objects.count() == 10
    assert (HistoryEntry.objects.count(), Message.objects.count()) == before, "an answer leaves no other trace"


def test_no_column_could_hold_who_when_or_from_where() -> None:
    fields = {
        model.__name__: {field.name for field in model._meta.get_fields()} for model in (SurveyTicket, SurveyCount)
    }
    assert fields == {
        "SurveyTicket": {"ticket_hash", "survey", "group"},
        "SurveyCount": {"id", "survey", "group", "question", "value", "people"},
    }
    kinds = {type(field) for model in (SurveyTicket, SurveyCount) for field in model._meta.get_fields()}
    assert not kinds & {models.DateTimeField, models.DateField, models.TimeField, models.GenericIPAddressField}
    to = {field.related_model for field in (*SurveyTicket._meta.fields, *SurveyCount._meta.fields) if field.is_relation}
    assert to == {Survey}, "nothing leads to a person, a task or an account"


def test_below_ten_nothing_is_shown_and_small_groups_take_another_with_them(world: World) -> None:
    case = asked(world, field=30, office=14, store=6)
    tickets = {group: printed(world, case, group) for group in ("g1", "g2", "g3")}
    answered(world, tickets["g1"][:9], 5)
    closed = close_survey(case, SYSTEM, world.now)
    assert closed == {"answers_count": 0, "withheld_count": 0, "results": []}
    with refused("survey.ticket"):
        survey_of(tickets["g1"][20], world.now)


def test_what_is_shown_is_fixed_when_it_is_closed(world: World) -> None:
    case = asked(world, field=30, office=14, store=6)
    tickets = {group: printed(world, case, group) for group in ("g1", "g2", "g3")}
    answered(world, tickets["g1"], 5)
    answered(world, tickets["g2"], 2)
    answered(world, tickets["g3"], 1)
    closed = close_survey(case, SYSTEM, world.now)
    assert (closed["answers_count"], closed["withheld_count"]) == (50, 2), "office is withheld with the store"
    rows = {(row["group_name"], row["question"]): (row["answers"], row["agree_percent"]) for row in closed["results"]}  # type: ignore[union-attr,index,call-overload]
    assert rows == {
        ("—", "workload"): (50, 60), ("—", "tools"): (50, 90),
        ("field", "workload"): (30, 90), ("field", "tools"): (30, 90),
    }  # fmt: skip
    assert not SurveyTicket.objects.exists() and close_survey(case, SYSTEM, world.now) == closed
    assert "office" not in json.dumps(closed) and "store" not in json.dumps(closed)


def test_tickets_are_for_as_many_as_there_are_and_printing_again_voids_the_rest(world: World) -> None:
    case = asked(world, field=12)
    first = printed(world, case, "g1")
    answered(world, first[:2], 4)
    second = printed(world, case, "g1")
    assert len(second) == 10 and not set(first) & set(second)
    with refused("survey.ticket"):
        answered(world, first[5:6], 4)
    answered(world, second, 4)
    assert printed(world, case, "g1") == []
    with denied():
        issue_tickets(case.number, "g1", world.actor("manager3"), world.now)


@pytest.mark.parametrize(
    ("groups", "code"),
    [
        ([{"name": "a", "people": 3}, {"name": "a", "people": 4}], "survey.groups_wrong"),
        ([{"name": "a", "people": 0}], "survey.groups_wrong"),
        ([{"people": 5}], "survey.groups_wrong"),
        ([], "survey.not_askable"),
    ],
)
def test_a_survey_that_cannot_be_asked_is_refused(world: World, groups: list, code: str) -> None:  # type: ignore[type-arg]
    day, case = world.today.isoformat(), world.call()
    with refused(code):
        open_survey(case, {"questions": ["tools"], "groups": groups, "closes_on": day}, SYSTEM, world.now)


def test_nothing_changes_once_tickets_are_out_and_the_last_day_counts_whole(world: World) -> None:
    case = asked(world, field=12)
    tickets = printed(world, case, "g1")
    late = (world.today + timedelta(days=30)).isoformat()
    with refused("survey.not_askable"):
        open_survey(
            case, {"questions": ["rest"], "groups": [{"name": "b", "people": 2}], "closes_on": late}, SYSTEM, world.now
        )
    survey_of(tickets[0], world.now + timedelta(days=7))
    with refused("survey.ticket"):
        survey_of(tickets[0], world.now + timedelta(days=8))
