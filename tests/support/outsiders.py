"""A practice in which somebody without an account does a task, and the short messages that they get."""

import re

from tests.support.practices import small_practice
from tests.support.world import HOME, World
from wanjia.actions.cases.complete_task import complete_task
from wanjia.actions.cases.install_practice import install_practice
from wanjia.model.actors import SYSTEM
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case, Delivery

PHONE = "13900000077"
ASKED: Facts = {
    "kind": "question", "need": "想了解峰谷电价", "place": HOME, "contact_name": "邻居", "contact_phone": PHONE,
}  # fmt: skip
ANSWERED: Facts = {"outcome": "done", "answer": "已电话说明"}


def install(world: World) -> None:
    """The practice of `wanjia practice new`, in which the task `confirm` is done by whoever has the telephone."""
    files = small_practice()
    lane = files["practice.yaml"].decode().replace("{who: requester}", "{who: contact, fact: contact_phone}")
    clocks = files["clocks.yaml"].replace(b"on_warn: [{notify: requester}]", b"on_warn: [{notify: holder}]")
    changed = {**files, "practice.yaml": lane.encode(), "clocks.yaml": clocks}
    install_practice(changed, {}, SYSTEM, world.now, run_scenarios=False)


def waiting(world: World, key: str = "k1", phone: str = PHONE) -> Case:
    """A case that waits for the outsider."""
    opened = world.open("meter_test", {**ASKED, "contact_phone": phone}, key)
    task = world.task(opened.case, "handle")
    complete_task(opened.case.number, task.key, ANSWERED, world.actor("manager"), world.now)
    return Case.objects.get(pk=opened.case.pk)


def link(case: Case) -> str:
    """The path that the last short message of a case leads to."""
    bodies = Delivery.objects.filter(case=case, body__contains="/tasks/").order_by("-pk").values_list("body", flat=True)
    return re.search(r"/tasks/[\w-]+/", bodies[0])[0]  # type: ignore[index]


def code(case: Case) -> str:
    """The code of the last short message."""
    return re.search(r"\d{6}", Delivery.objects.filter(case=case).order_by("-pk")[0].body)[0]  # type: ignore[index]
