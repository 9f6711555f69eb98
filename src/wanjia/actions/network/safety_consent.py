"""Whether a home's consent is in force now, and for what: asked before every reading is taken and every alarm told.

In force means all of it at once: the register row of the consent is neither struck nor past its last day, its case
waits for the message `alarm` (it does so from the installation until the resident ends it, and not a moment longer),
and the resident agreed to this purpose.
"""

from datetime import datetime

from wanjia.actions.cases.practices import practice_of
from wanjia.actions.network.safety_scenes import CONSENT
from wanjia.engine.awaiting import awaited
from wanjia.engine.states import case_from_json
from wanjia.model.jsonvalue import Json
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.models import Case, RegisterRow

REGISTER = "consents"
MESSAGE = "alarm"


def purposes_in_force(number: str, now: datetime) -> frozenset[str]:
    """What the consent of a case covers now; nothing when it is not in force."""
    day = work_calendar().day_of(now)
    rows = RegisterRow.objects.filter(
        case__number=number, practice=CONSENT, register=REGISTER, struck_at=None, until_on__gte=day
    )
    case = Case.objects.select_related("practice").filter(number=number).first()
    if case is None or case.status != Case.Status.RUNNING or not rows.exists():
        return frozenset()
    practice, state = practice_of(case.practice), case_from_json(case.state)
    waits = any(one.name == MESSAGE for one in awaited(practice.definition, state))
    purposes: Json = state.facts.get("purposes")
    return frozenset(map(str, purposes)) if waits and isinstance(purposes, list) else frozenset()
