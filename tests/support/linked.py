"""The small world with a practice that opens cases of another one: a round, and what it finds."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.practices import files_in, small_practice
from tests.support.world import HOME, World
from wanjia.actions.cases.complete_task import complete_task
from wanjia.actions.cases.install_practice import install_practice
from wanjia.model.actors import SYSTEM
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case

ROUND = Path(__file__).parents[1] / "cases" / "linked_practices" / "area_round"
ASKED: Facts = {"reason": "例行巡视", "place": HOME, "contact_name": "林晓", "contact_phone": "13800000000"}
FOUND: Facts = {
    "findings": [{"what": "表箱破损", "kind": "repair"}, {"what": "线路过低", "kind": "repair"}], "follow_up": False,
}  # fmt: skip


@pytest.fixture
def linked(world: World) -> World:
    install_practice(small_practice(), {}, SYSTEM, world.now, run_scenarios=False)
    install_practice(files_in(ROUND), {}, SYSTEM, world.now, run_scenarios=False)
    return world


def looked(world: World, found: Facts = FOUND, **answers: object) -> Case:
    """A round asked for by a resident, whose manager has listed what was found."""
    key = f"k{Case.objects.count() + 1}"
    opened = world.open("area_round", {**ASKED, **answers}, key, by=world.actor("resident"))  # type: ignore[dict-item]
    task = world.task(opened.case, "look")
    complete_task(opened.case.number, task.key, found, world.actor("manager"), world.now)
    return Case.objects.get(pk=opened.case.pk)


def end(world: World, child: Case, at_hours: int = 1) -> None:
    """The manager declines it, which ends it."""
    at = world.now + timedelta(hours=at_hours)
    answers: Facts = {"outcome": "declined", "answer": "不在范围内"}
    complete_task(child.number, world.task(child, "handle").key, answers, world.actor("manager"), at)
