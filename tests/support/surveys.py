"""A case with an open survey, made without its practice: what the capabilities of one would have done."""

from datetime import timedelta

from tests.support.world import World
from wanjia.actions.standing.answer_survey import answer_survey
from wanjia.actions.standing.issue_tickets import issue_tickets
from wanjia.actions.standing.surveys import open_survey
from wanjia.model.actors import SYSTEM
from wanjia.model.jsonvalue import Json
from wanjia.records.cases.models import Case

QUESTIONS: list[Json] = ["workload", "tools"]


def asked(world: World, **groups: int) -> Case:
    """A case of the manager's whose survey asks these groups until in a week."""
    case = world.call()
    rows: list[Json] = [{"name": name, "people": people} for name, people in groups.items()]
    closes_on = (world.today + timedelta(days=7)).isoformat()
    open_survey(case, {"questions": QUESTIONS, "groups": rows, "closes_on": closes_on}, SYSTEM, world.now)
    return case


def printed(world: World, case: Case, group: str) -> list[str]:
    """The group's tickets, as its organiser sees them once."""
    return issue_tickets(case.number, group, world.actor("manager"), world.now)


def answered(world: World, tickets: list[str], workload: int, tools: int = 4) -> None:
    """One person after the other answers alike."""
    for ticket in tickets:
        answer_survey(ticket, {"workload": workload, "tools": tools}, world.now)
