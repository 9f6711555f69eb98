"""A case that somebody tries out move by move. Every look at it plays all moves anew, so nothing has to be kept."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from wanjia.engine.nouns import TaskState
from wanjia.model.jsonvalue import Facts, Json
from wanjia.model.working_time import WorkCalendar
from wanjia.practice.answers import START
from wanjia.practice.nouns import Practice, Scenario
from wanjia.practice.scenarios import Telling, run
from wanjia.practice.virtual_case import VirtualCase

MOVES_MAX = 120
"""Moves of one try: several times the longest ordinary case; a round of hundreds of measures is for `practice try`."""
DAYS_MAX = 800
"""How far a try goes in time: longer than any clock of the field waits, within the calendars that are entered."""
CALLS_MAX = 40
"""How often the last answer of a list is given again, when a story told fewer calls than somebody tries."""


@dataclass(frozen=True)
class Rehearsal:
    """What was done so far: `moves` are written as the steps of a scenario are.

    `scenario` is the story whose look-ups and examples are taken first ("" for none); `told` counts its steps that were
    taken in order, None once somebody went another way; `came` is what `told` was before each move.
    """

    starts_at: str
    scenario: str = ""
    told: int | None = None
    moves: tuple[Facts, ...] = ()
    came: tuple[int | None, ...] = ()

    def and_then(self, move: Facts, told: int | None = None) -> "Rehearsal":
        """With one more move; it leaves the story unless `told` says how far that has come."""
        return replace(self, moves=(*self.moves, move), told=told, came=(*self.came, self.told))

    def back(self) -> "Rehearsal":
        """Without its last move."""
        return replace(self, moves=self.moves[:-1], told=self.came[-1], came=self.came[:-1])


def rehearse(practice: Practice, rehearsal: Rehearsal, calendar: WorkCalendar) -> Telling:
    """Play all moves on a virtual clock. What could not be done stands in the telling's problems; never raises."""
    followed = story(practice, rehearsal.scenario)
    settings = followed.settings if followed else {}
    world = world_of(practice, rehearsal.scenario)
    told = Scenario("", {}, rehearsal.starts_at, settings, world, rehearsal.moves, {})
    return run(practice, told, calendar)


def story(practice: Practice, name: str) -> Scenario | None:
    """The scenario of that name."""
    return next((scenario for scenario in practice.scenarios if scenario.name == name), None)


def world_of(practice: Practice, name: str) -> Facts:
    """What look-ups answer: as the followed story tells, else as the first story that tells of them."""
    followed = story(practice, name)
    found: Facts = {}
    for scenario in (followed, *practice.scenarios) if followed else practice.scenarios:
        for capability, answer in scenario.world.items():
            found.setdefault(capability, _enough(answer))
    return found


def _enough(answer: Json) -> Json:
    return [*answer, *[answer[-1]] * CALLS_MAX] if isinstance(answer, list) and answer else answer


def next_told(practice: Practice, rehearsal: Rehearsal) -> Facts | None:
    """The next step of the story that is followed; None when it is over, or was left."""
    followed = story(practice, rehearsal.scenario)
    if followed is None or rehearsal.told is None or rehearsal.told >= len(followed.steps):
        return None
    return followed.steps[rehearsal.told]


def example(practice: Practice, rehearsal: Rehearsal, step: str) -> Facts:
    """Answers for a step's form, as the story gives them next; else as some story gives them; else none."""
    followed = story(practice, rehearsal.scenario)
    rows: list[Facts] = []
    if followed:
        told = rehearsal.told or 0
        rows += [*followed.steps[told:], *followed.steps[:told]]
    rows += [row for scenario in practice.scenarios for row in scenario.steps]
    return next((answers for row in rows if (answers := _answers_of(row, step))), {})


def _answers_of(row: Mapping[str, Json], step: str) -> Facts:
    given = row.get("with")
    does = row["do"] == "start" if step == START else row.get("task") == step and row["do"] == "complete"
    return given if does and isinstance(given, dict) and "refused" not in row else {}


def message_example(practice: Practice, name: str) -> Facts:
    """What some story sends along with a message."""
    for row in (row for scenario in practice.scenarios for row in scenario.steps):
        given = row.get("with")
        if row["do"] == "message" and row.get("name") == name and isinstance(given, dict):
            return given
    return {}


def completes(task: TaskState, answers: Facts) -> Facts:
    """The move that does an open task."""
    item: Facts = {"item": dict(task.item)} if task.item else {}
    return {"do": "complete", "task": task.step, **item, "with": answers}


def until_next_event(case: VirtualCase) -> str:
    """The time, as a scenario writes it, until a clock has something to do; "" when none has."""
    at = case.next_due()
    if at is None:
        return ""
    return f"{max(1, ceil((at - case.now) / timedelta(minutes=1)))}m"


def is_too_far(rehearsal: Rehearsal, case: VirtualCase) -> bool:
    """Whether the try has gone on for too many moves or too long."""
    begun = datetime.fromisoformat(rehearsal.starts_at)
    return len(rehearsal.moves) > MOVES_MAX or case.now - begun > timedelta(days=DAYS_MAX)
