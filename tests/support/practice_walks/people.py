"""Who walks: which login does a part of a case, where that person works, and on what screen."""

from playwright.sync_api import ViewportSize

from tests.support.chromium import DESKTOP, PHONE
from tests.support.world import PEOPLE
from wanjia.actions.cases.holders import find_holder
from wanjia.model.permissions import PARTNER_ROLES, allowed
from wanjia.practice.nouns import Entry, Role
from wanjia.records.cases.models import Case, Task
from wanjia.records.territory.models import Account, Organisation, Person, Tenure

IN_THE_FIELD = {"district_manager", "village_electrician"}
"""Posts whose holders work with a telephone in the hand."""
LIKELY_OPENER, CLERK = "chief", "clerk"
ROLES = {login: role for login, _, role, _, _ in PEOPLE}


def holder_of(task: Task) -> str:
    """The login of whoever has to do the task."""
    person = task.delegated_to or task.holder
    assert person is not None, f"{task.case.number}: nobody holds {task.step}"
    return login_of(person)


def performer_of(rule: Role, case: Case) -> str:
    """The login of whoever performs a role in this case now."""
    day = case.opened_at.date()
    person = find_holder(rule, case, case.state["facts"], None, day).person
    assert person is not None, f"{case.number}: nobody performs {rule.id}"
    return login_of(person)


def login_of(person: Person) -> str:
    """The login of a person of the small world."""
    return Account.objects.get(person=person).username


def called(reference: str) -> str:
    """What somebody writes who means this person, holder of a post, or body: a name."""
    kind, _, key = reference.partition(":")
    if kind == "post" and key.isdigit():
        return Tenure.objects.get(post_id=int(key), ends_on=None).person.name
    if kind == "person" and key.isdigit():
        return Person.objects.get(pk=int(key)).name
    body = Organisation.objects.filter(code=reference).first()
    return body.name_zh if body else reference


def opener_of(entry: Entry) -> str:
    """The login of somebody of the staff who may begin such a case."""
    if entry.surface == "window":
        return CLERK
    meant = [login for login, role in ROLES.items() if role == entry.open_to]
    return meant[0] if meant else LIKELY_OPENER


def surface_of(login: str) -> str:
    """Where somebody works, as signing in shows it."""
    roles = set(
        Tenure.objects.filter(person__account__username=login, ends_on=None).values_list("post__role", flat=True)
    )
    return "window" if roles <= PARTNER_ROLES else "desk"


def screen_of(login: str) -> ViewportSize:
    """A telephone for those in the field, a desk for the others."""
    return PHONE if ROLES.get(login) in IN_THE_FIELD else DESKTOP


def may_open(login: str) -> bool:
    """Whether a post of this login may begin cases for others."""
    return allowed((ROLES[login],), "case", "open") is not None
