"""A form that asks for a colleague: names are offered, what was chosen becomes a reference, and is shown as a name."""

import pytest

from tests.support.world import World
from wanjia.practice.answers import validate_answers
from wanjia.practice.stored import stored_practice
from wanjia.queries.cases.reference_choices import bodies_to_name, body_named, people_to_name, person_named
from wanjia.records.cases.models import PracticeVersion
from wanjia.records.territory.models import Person, Post, Tenure
from wanjia.records.territory.names import with_names

RULES = {"crew": {"items": {"properties": {"member": {"format": "person"}}}}, "body": {"format": "organisation"}}


def test_those_around_are_offered_and_a_citizen_is_offered_nobody(world: World) -> None:
    labels = [label for _, label in people_to_name(world.actor("chief"), world.today, "zh-Hans")]
    assert "林海生 · 台区经理 · 海棠供电所 · C111" in labels
    assert "周建国 · 供电所所长 · 海棠供电所 · S1" in labels
    assert not any("石桥供电所" in label for label in labels)
    county = [label for _, label in people_to_name(world.actor("county"), world.today, "en")]
    assert any("Shiqiao Supply Station" in label for label in county)
    assert people_to_name(world.actor("resident"), world.today, "en") == ()
    assert bodies_to_name(world.actor("resident"), "en") == ()
    assert ("water", "Water Resources Bureau") in bodies_to_name(world.actor("chief"), "en")


@pytest.mark.parametrize("text", ["林海生 · 台区经理 · 海棠供电所 · C111", "林海生"])
def test_a_chosen_or_written_name_is_found(world: World, text: str) -> None:
    assert person_named(text, world.today) == f"person:{world.person('manager').pk}"


def test_two_of_one_name_are_told_apart_by_their_post_only(world: World) -> None:
    other = Person.objects.create(name="林海生", organisation_id="station-2")
    post = Post.objects.create(code="second", role="district_manager", organisation_id="station-2")
    Tenure.objects.create(post=post, person=other, starts_on=world.today)
    assert person_named("林海生", world.today) == "林海生"
    assert person_named("林海生 · 台区经理 · 石桥供电所", world.today) == f"person:{other.pk}"
    assert person_named("无此人", world.today) == "无此人"
    assert body_named("海棠供电所") == body_named("Haitang Supply Station") == "station-1"
    assert body_named("没有的单位") == "没有的单位"


def test_what_is_no_reference_is_refused_by_the_form(world: World) -> None:
    row = PracticeVersion.objects.get(name="outage_restoration", active=True)
    practice = stored_practice(row.digest, row.files)
    step = next(step for step, form in practice.forms.items() if "crew_leader" in form.fields)
    found = validate_answers(practice, step, {"crew_leader": "林海生"}, {})
    assert "form.not_a_person" in {fault.code for fault in found if fault.where.column == "crew_leader"}


def test_facts_are_written_with_names(world: World) -> None:
    member = f"person:{world.person('manager').pk}"
    facts = {"crew": [{"member": member, "confirmed": True}], "body": "station-1", "note": "person:1"}
    assert with_names(RULES, facts, "zh-Hans") == {
        "crew": [{"member": "林海生", "confirmed": True}], "body": "海棠供电所", "note": "person:1",
    }  # fmt: skip
