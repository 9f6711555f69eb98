"""A one-window review on its way, for tests of the window: applied for, taken in, before the departments."""

from tests.support.world import HOME, World
from wanjia.actions.cases.add_paper import upload_paper
from wanjia.actions.cases.complete_task import complete_task
from wanjia.model.actors import Actor
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case, Paper, Task

PAPERS = ("site_plan", "excavation_plan", "planning_drawing", "traffic_plan", "green_plan")
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF"
APPLICATION: Facts = {
    "project_name": "海棠路接入工程", "applicant_kind": "company", "applicant_name": "海棠食品有限公司",
    "credit_code": "91330000MA0000000X", "contact_name": "林小满", "contact_phone": "13800000012",
    "place": HOME, "route": "沿海棠路东侧人行道敷设", "voltage": "kv10", "laying": "open_cut", "length_m": 860,
    "width_m": 1.2, "road_class": "secondary", "protected_road": False, "carriageway_m2": 120, "green_m2": 60,
    "in_corridor": False, "near_water": False, "starts_on": "2027-03-01",
    "ends_on": "2027-04-30", "commitment": True, "commitment_signature": "林小满",
}  # fmt: skip


def reviewed(world: World, key: str = "review-key-0123456789") -> Case:
    """A joint review that the departments have before them, each with a paper of its own."""
    anybody = Actor("citizen", "")
    papers = {name: [upload_paper(f"{name}.pdf", PDF, key, anybody, world.now).token] for name in PAPERS}
    case = world.open("one_window_review", {**APPLICATION, **papers}, key).case
    accept = world.task(case, "accept")
    complete_task(
        case.number,
        accept.key,
        {"acceptance": "accept"},
        world.actor("clerk"),
        world.now,
    )
    return Case.objects.get(pk=case.pk)


def review_of(case: Case, department: str) -> Task:
    """The department's open task."""
    return Task.objects.get(case=case, organisation=department, status=Task.Status.OPEN)


def paper_of(case: Case, fact: str) -> Paper:
    """The paper of a field."""
    return Paper.objects.get(case=case, fact=fact)
