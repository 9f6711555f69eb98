"""Appointments that an agreement makes: for a term, in another body's work, with the actor's own permission."""

from datetime import timedelta

import pytest

from tests.support.world import World
from wanjia.actions.cases.capabilities.appointments import appoint, end_appointment
from wanjia.model.actors import Actor
from wanjia.model.faults import Refused
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case, HistoryEntry
from wanjia.records.territory.models import Post, Tenure


def _asked(world: World, **more: object) -> Facts:
    manager = world.person("manager")
    asked = {
        "role": "cell_helper", "organisation": "subdistrict", "person": f"person:{manager.pk}",
        "starts_on": "2026-03-02", "ends_on": "2027-03-01",
    }  # fmt: skip
    return {**asked, **more}  # type: ignore[return-value]


def _refused(world: World, case: Case, actor: Actor, **more: object) -> list[str]:
    before = Tenure.objects.count(), Post.objects.count()
    with pytest.raises(Refused) as refusal:
        appoint(_asked(world, **more), case, world.now, actor)
    assert (Tenure.objects.count(), Post.objects.count()) == before, "nothing rejected leaves a trace"
    return [fault.code for fault in refusal.value.faults]


def test_a_chief_appoints_a_helper_for_a_term_and_the_same_again_changes_nothing(world: World) -> None:
    case, chief = world.repair("cell"), world.actor("chief")
    got = appoint(_asked(world), case, world.now, chief)
    tenure = Tenure.objects.select_related("post").get(pk=str(got["appointment"]).removeprefix("tenure:"))
    assert (tenure.post.role, tenure.post.organisation_id) == ("cell_helper", "subdistrict")
    assert tenure.post.cell_code == case.cell_path.split("/")[-1]
    assert (tenure.starts_on.isoformat(), tenure.ends_on.isoformat()) == ("2026-03-02", "2027-03-01")  # type: ignore[union-attr]
    assert HistoryEntry.objects.filter(subject=f"post:{tenure.post.code}", actor=chief.reference).count() == 1
    assert appoint(_asked(world), case, world.now, chief) == got
    assert Tenure.objects.filter(post__role="cell_helper").count() == 1
    # A second helper at the same time stands beside the first; the next term takes up a post that is free by then.
    other = f"person:{world.person('chief').pk}"
    beside = appoint(_asked(world, person=other), case, world.now, chief)
    after = appoint(_asked(world, starts_on="2027-03-02", ends_on="2028-03-01"), case, world.now, chief)
    assert beside["post"] != got["post"] and after["post"] == got["post"]


def test_who_may_not_appoint_there_is_refused_and_so_are_wrong_terms(world: World) -> None:
    case, chief = world.repair("cell"), world.actor("chief")
    assert _refused(world, case, world.actor("manager"))[0] == "not_allowed"
    assert _refused(world, case, chief, person="person:999999")[0] == "person_unknown"
    assert _refused(world, case, chief, person="post:999999")[0] == "person_unknown"
    assert _refused(world, case, chief, ends_on="2026-03-01") == ["term_wrong", "tenure.term_wrong"]
    assert _refused(world, case, chief, ends_on="2036-03-01") == ["term_wrong", "tenure.term_wrong"]
    # No practice can make itself a manager: only roles that decide nothing may be opened by an agreement.
    assert _refused(world, case, chief, role="company_manager") == ["term_wrong", "post.role_unknown"]


def test_an_appointment_ends_early_once(world: World) -> None:
    case, chief = world.repair("cell"), world.actor("chief")
    got = appoint(_asked(world), case, world.now, chief)
    key = str(got["appointment"]).removeprefix("tenure:")
    assert end_appointment({"appointment": got["appointment"], "last_on": "2026-06-30"}, case, world.now, chief)[
        "ended"
    ]
    later = {"appointment": got["appointment"], "last_on": "2026-09-30"}
    end_appointment(later, case, world.now + timedelta(days=1), chief)
    assert Tenure.objects.get(pk=key).ends_on.isoformat() == "2026-06-30", "what has ended is not made longer"  # type: ignore[union-attr]
    assert end_appointment({"appointment": None}, case, world.now, chief) == {"ended": False}
    planned = appoint(_asked(world, starts_on="2027-01-01", ends_on="2027-12-31"), case, world.now, chief)
    end_appointment({"appointment": planned["appointment"], "last_on": "2026-06-30"}, case, world.now, chief)
    assert not Tenure.objects.filter(pk=str(planned["appointment"]).removeprefix("tenure:")).exists()
