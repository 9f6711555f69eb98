"""Safety monitors for tests: one in a stairwell, one in a home with its resident's consent, and what they measure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from tests.support.world import HOME, World
from wanjia.actions.cases.complete_task import complete_task
from wanjia.actions.network.enter_monitors import enter_monitors
from wanjia.actions.network.safety_nouns import MonitorEntry, MonitorReading
from wanjia.actions.network.take_safety_readings import Taken, take_safety_readings
from wanjia.model.actors import SYSTEM, Actor
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case, Task
from wanjia.records.network.models import SafetyMonitor, TransformerDistrict

GATEWAY, STAIR, HOME_GATEWAY, AT_HOME = "GW-0001", "LD-0001", "GW-0053", "JT-0053"
HELPER_PHONE = "13900000034"
CONSENT: Facts = {
    "place": HOME, "resident_name": "王秀英", "resident_phone": "13800000012", "situation": "lone_elderly",
    "purposes": ["inactivity_care", "fire_safety"], "devices": ["gateway", "inactivity"], "consent_term": "half_year",
    "helper_name": "李建国", "helper_phone": HELPER_PHONE, "consent_given": True, "resident_signature": "signature-1",
}  # fmt: skip
FITTED: Facts = {"gateway_number": HOME_GATEWAY, "monitor_count": 1, "alarm_tested": True, "shown_to_resident": True}


def district() -> TransformerDistrict:
    """The district in which HOME lies."""
    return TransformerDistrict.objects.filter(cell_code="C111").order_by("code")[0]


def entry(**changes: object) -> MonitorEntry:
    """A monitor in a stairwell."""
    values: dict[str, object] = {
        "row": 2, "code": STAIR, "gateway": GATEWAY, "scene": "stairwell", "name_zh": "海棠花园3幢1单元",
        "district": district().code, "contact_name": "物业值班", "contact_phone": "13700000001",
        "helper_name": "楼长", "helper_phone": "13700000002", "name_en": "Haitang Garden 3-1", **HOME,
    }  # fmt: skip
    return MonitorEntry(**{**values, **changes})  # type: ignore[arg-type]


def stairwell(world: World, at: datetime | None = None) -> SafetyMonitor:
    """It is entered."""
    enter_monitors([entry()], SYSTEM, at or world.now)
    return SafetyMonitor.objects.get(code=STAIR)


def consent(world: World, **changes: object) -> Case:
    """A resident consents, the helper agrees, the devices are fitted: it is in force."""
    opened = world.open("care_consent", {**CONSENT, **changes}, "consent")  # type: ignore[dict-item]
    case = Case.objects.get(pk=opened.case.pk)
    task = Task.objects.get(case=case, step="helper_confirm", status="open")
    complete_task(case.number, task.key, {"helper_answer": "agree"}, SYSTEM, world.now)
    task = Task.objects.get(case=case, step="install", status="open")
    complete_task(case.number, task.key, FITTED, SYSTEM, world.now)
    return Case.objects.get(pk=case.pk)


def home(world: World, case: Case) -> SafetyMonitor:
    """The monitor of the home whose resident consented."""
    wanted = entry(code=AT_HOME, gateway=HOME_GATEWAY, scene="home", consent_case=case.number, name_zh="12号住户")
    enter_monitors([wanted], SYSTEM, world.now)
    return SafetyMonitor.objects.get(code=AT_HOME)


def measured(
    values: Iterable[float], begins_at: datetime, quantity: str = "residual_current_ma", monitor: str = STAIR,
    seconds: int = 60,
) -> list[MonitorReading]:  # fmt: skip
    """One value every so many seconds."""
    return [
        MonitorReading(monitor, quantity, begins_at + timedelta(seconds=at * seconds), value)
        for at, value in enumerate(values)
    ]


def takes(readings: list[MonitorReading], now: datetime, gateway: str = GATEWAY) -> Taken:
    """The gateway's message arrives."""
    return take_safety_readings(gateway, readings, now)


def requester(case: Case) -> Actor:
    """Whoever asked, with number and code."""
    return Actor("requester", "", grants=frozenset({case.pk}))
