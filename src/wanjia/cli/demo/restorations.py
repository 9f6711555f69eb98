"""Lets the demo's crews restore supply: the tasks of a restoration case are done in turn.

The answers come from the practice's own scenario; the place, the crew, the instants and the cause are the outage's.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files

from django.db import transaction

from wanjia.actions.cases.complete_task import complete_task
from wanjia.cli.demo.cases import actor_on, calendar, offered
from wanjia.cli.demo.outages import Teller, changes_of
from wanjia.cli.demo.past import Past, instant
from wanjia.cli.demo.turns import Play
from wanjia.kernels.sensing.nouns import Change
from wanjia.model.actors import SYSTEM
from wanjia.model.faults import Refused
from wanjia.model.jsonvalue import Facts
from wanjia.practice.stored import stored_practice
from wanjia.records.cases.models import Case, PracticeVersion, Task
from wanjia.records.network.models import Outage

PRACTICE, SCENARIO = "outage_restoration", "district_repaired"
CAUSES: Mapping[str, Facts] = json.loads(files("wanjia.cli.demo").joinpath("causes.json").read_text(encoding="utf-8"))
MINUTES = {"confirm": (1, 5), "send_crew": (2, 6), "arrive": (12, 38), "estimate": (4, 12), "repair": (10, 40),
           "clear_rest": (40, 90), "explain": (50, 240)}  # fmt: skip
"""How long after the step before; steps that are not named take ten minutes."""
WAITS, WAIT = 60, timedelta(minutes=10)
"""How often a crew with nothing to do looks again."""


@dataclass
class Happening:
    """An outage of the past that happens: the sensor tells of it in turn, and its case is worked on."""

    past: Past
    number: int
    coming: list[Change]
    at: datetime

    def take(self, play: Play) -> bool:
        """Tell the next change."""
        teller, change = play.teller, self.coming.pop(0)
        teller.tell([change], self.at)
        if change.what == "announced":
            row = Outage.objects.get(sensing_key=teller.key(self.number))
            work_on(play, row, self.past.cause, self.past.external, self.at)
        if self.coming:
            self.at = instant(self.coming[0].at)
        return bool(self.coming)


def happenings(teller: Teller, past: Sequence[Past]) -> list[Happening]:
    """Turns of outages that are still to happen."""
    found = []
    for one in past:
        number = teller.number()
        changes = list(changes_of(one, number, teller.network))
        found.append(Happening(one, number, changes, instant(changes[0].at)))
    return found


def work_on(
    play: Play, outage: Outage, cause: str, external: bool, at: datetime, stop_before: str = ""
) -> None:  # fmt: skip
    """From now on somebody works on the outage's case, if it has one, until it is over or a step is reached."""
    if outage.case_number:
        play.coming.append(Crew(at + _pause(play, "confirm"), outage.case_number, cause, external, stop_before))


@dataclass
class Crew:
    """Whoever has the next task of one case."""

    at: datetime
    case: str
    cause: str
    external: bool
    stop_before: str = ""
    waited: int = 0

    def take(self, play: Play) -> bool:
        """Do the open task; without one, look again later."""
        tasks = Task.objects.filter(case__number=self.case, status=Task.Status.OPEN, kind="user")
        task = tasks.select_related("holder", "delegated_to", "case").order_by("id").first()
        if task is None:
            self.waited += 1
            self.at += WAIT
            return self.waited < WAITS and Case.objects.filter(number=self.case, status=Case.Status.RUNNING).exists()
        if task.step == self.stop_before:
            return False
        try:
            with transaction.atomic():
                self._do(task)
        except Refused as problem:
            key = f"{PRACTICE} {task.step}: {problem.faults[0].code}"
            play.stuck[key] = play.stuck.get(key, 0) + 1
            return False
        play.steps += 1
        upcoming = tasks.order_by("id").values_list("step", flat=True).first()
        self.at += _pause(play, upcoming or "")
        return True

    def _do(self, task: Task) -> None:
        person = task.delegated_to or task.holder
        actor = actor_on(person, calendar().day_of(self.at)) if person else SYSTEM
        complete_task(self.case, task.key, self._answers(task), actor, self.at, "")

    def _answers(self, task: Task) -> Facts:
        found = told_answers(task.step)
        said = CAUSES[self.cause]
        for name in found.keys() & said.keys():
            found[name] = said[name]
        case = task.case
        mine: Facts = {
            "crew_leader": offered(task),
            "arrive_place": {"longitude": case.longitude, "latitude": case.latitude, "address": case.address},
            "restore_estimate_at": (self.at + timedelta(minutes=55)).replace(second=0, microsecond=0).isoformat(),
            "cause": self.cause,
            "external": self.external,
        }
        return {name: mine.get(name, value) for name, value in found.items()}


def told_answers(step: str) -> Facts:
    """What the practice's scenarios answer at a step; the ordinary scenario goes before others."""
    row = PracticeVersion.objects.get(name=PRACTICE, active=True)
    scenarios = stored_practice(row.digest, row.files).scenarios
    for scenario in sorted(scenarios, key=lambda one: one.name != SCENARIO):
        for told in scenario.steps:
            given = told.get("with")
            if told.get("do") == "complete" and told.get("task") == step and isinstance(given, dict):
                return dict(given)
    return {}


def _pause(play: Play, step: str) -> timedelta:
    return timedelta(minutes=float(play.chance.uniform(*MINUTES.get(step, (5, 15)))))
