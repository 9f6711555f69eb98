"""Lets the demo's people work: practices' own scenarios are played through the real actions on a virtual clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from django.db import transaction
from numpy.random import Generator

from wanjia.actions.cases.add_paper import upload_paper
from wanjia.actions.cases.ask_opinion import ask_opinion
from wanjia.actions.cases.capabilities import ACTING
from wanjia.actions.cases.complete_task import complete_task
from wanjia.actions.cases.delegate import delegate
from wanjia.actions.cases.give_opinion import give_opinion
from wanjia.actions.cases.hold_case import hold_case
from wanjia.actions.cases.open_case import Request, open_case
from wanjia.actions.cases.pass_on import pass_on
from wanjia.actions.cases.release_case import release_case
from wanjia.actions.cases.reopen_case import reopen_case
from wanjia.actions.cases.return_task import return_task
from wanjia.actions.cases.send_message import send_message
from wanjia.actions.cases.urge_case import urge_case
from wanjia.actions.cases.withdraw_case import withdraw_case
from wanjia.actions.network.estimate_restoration import estimate_restoration
from wanjia.cli.demo.outages import planned_changes
from wanjia.cli.demo.past import instant
from wanjia.cli.demo.pictures import drawing, plan
from wanjia.cli.demo.stand_ins import StandIns
from wanjia.cli.demo.told import Told
from wanjia.cli.demo.turns import Once, Play
from wanjia.model.actors import SYSTEM, Actor
from wanjia.model.faults import Refused
from wanjia.model.jsonvalue import Facts, Json
from wanjia.model.working_time import WorkCalendar
from wanjia.practice.nouns import CASE_MESSAGES, Practice, Scenario
from wanjia.practice.stored import stored_practice
from wanjia.practice.virtual_case import later
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.models import Case, PracticeVersion, Task
from wanjia.records.network.models import Customer, Outage, TransformerDistrict
from wanjia.records.territory.holders import actor_of
from wanjia.records.territory.models import Person, Tenure

OUTAGE_HOURS = 6

HOME_SHARES = (0.06, 0.10, 0.84)
"""Share of the cases in the cell of the login `manager`, in its station, and anywhere."""

FRESH_SHARE, FRESH_MINUTES = 0.05, 150.0
"""Share of the cases that came in lately and are worked on slowly, so that every desk has work today; mean age."""

FRESH_HOME_SHARES = (0.4, 0.25, 0.35)
"""The same shares for the fresh ones."""


SHARES = {
    "behind_meter_repair": 16.0, "contact_card": 8.0, "one_window_review": 4.0, "quick_connection": 4.0,
    "remote_application": 4.0, "joint_transfer": 2.0, "line_hazard": 2.0, "finding_rectification": 0.08,
}  # fmt: skip
"""How often each is asked for, against the others; rounds of findings are rare."""

NOT_TOLD = frozenset({"hand_over_post", "sample_cases"})
"""Stories with these are left out: the demo's logins keep their posts, and which cases are drawn only chance knows."""


@dataclass
class Script:
    """One case to come: a scenario, and where in it we are; `at` is the instant of its next step."""

    at: datetime
    order: int
    practice: Practice
    scenario: Scenario
    customer: Customer
    pace: float = 1.0
    step: int = 0
    number: str = ""
    told: Told = field(init=False)
    later_by: timedelta = field(init=False)
    stand_ins: StandIns = field(init=False)

    def __post_init__(self) -> None:
        self.told = Told(self.scenario.world)
        self.stand_ins = StandIns(self.customer.district.organisation_id or "", self.customer.district_id)
        # Days that people name lie as far from the beginning as they do in the story.
        self.later_by = self.at.date() - datetime.fromisoformat(self.scenario.starts_at).date()

    def take(self, play: Play) -> bool:
        """Do the next step at its instant; true when another one follows."""
        row = self.stand_ins.row(self.scenario.steps[self.step])
        if row.get("name") in CASE_MESSAGES:
            return False  # the case that was really opened is under way; its own end brings the news
        try:
            with transaction.atomic(), self.told.answering():
                if "refused" not in row:  # what a scenario tells as refused is not tried on live cases
                    _deed(play, self, row)
        except (Refused, Task.DoesNotExist) as problem:
            if isinstance(problem, Task.DoesNotExist) and self.pace > 1:
                return False  # worked on so slowly that a clock was first; the case goes on from there
            code = problem.faults[0].code if isinstance(problem, Refused) else "no such task"
            key = f"{self.practice.name}/{self.scenario.name} step {self.step} ({row.get('do')}): {code}"
            play.stuck[key] = play.stuck.get(key, 0) + 1
            return False
        play.steps += 1
        play.opened += row["do"] == "start"
        self.step += 1
        if self.step == len(self.scenario.steps):
            return False
        ahead = self.scenario.steps[self.step]
        pause = later(calendar(), self.at, str(ahead.get("after") or "0m")) - self.at
        pace = max(self.pace, 1.0) if ahead["do"] == "wait" else self.pace  # a clock's own time is not made shorter
        self.at += max(pause * pace, timedelta(seconds=20))
        return True


@cache
def calendar() -> WorkCalendar:
    """The demo enters its calendars once, before any case."""
    return work_calendar()


@lru_cache(maxsize=4096)
def actor_on(person: Person, day: date) -> Actor:
    """Who acts; nobody changes posts while the demo is made."""
    return actor_of(person, day)


def scripts_of_cases(chance: Generator, count: int, since: datetime, now: datetime) -> list[Script]:
    """Which scenario begins when and for whom: more of them lately, in the daytime, everywhere."""
    versions = PracticeVersion.objects.filter(active=True).order_by("name")
    practices = [stored_practice(row.digest, row.files) for row in versions]
    scenarios = [(practice, scenario) for practice in practices for scenario in practice.scenarios]
    weights = [_weight(practice, scenario) for practice, scenario in scenarios]
    chosen = chance.choice(len(scenarios), count, p=[weight / sum(weights) for weight in weights])
    fresh = int(count * FRESH_SHARE)
    customers = [*_customers(chance, count - fresh, HOME_SHARES), *_customers(chance, fresh, FRESH_HOME_SHARES)]
    scripts = []
    for order, at in enumerate(chosen):
        practice, scenario = scenarios[int(at)]
        if order < count - fresh:
            begun = _daytime(chance, since + (now - since) * float(chance.beta(1.4, 1.0)))
            pace = float(chance.uniform(0.55, 1.0)) if _is_in_time(scenario) else 1.0
        else:
            begun = now - timedelta(minutes=float(chance.exponential(FRESH_MINUTES)))
            pace = float(chance.uniform(1, 60))
        scripts.append(Script(min(begun, now), order, practice, scenario, customers[order], pace))
    return scripts


def _weight(practice: Practice, scenario: Scenario) -> float:
    """Ordinary courses happen more often than odd ones; what opens cases by the dozen, which nobody plays, is rare."""
    if practice.entry.surface == "system":
        return 0.0  # nobody asks for it: the sensor opens it
    if any(_first(answer).get("electricians") == [] for answer in scenario.world.values()):
        return 0.0  # the demo's world has electricians everywhere
    if _first(scenario.world.get("match_account")).get("match", "exact") != "exact" or _fails(scenario):
        return 0.0  # its accounts are in order, and nobody else changes them
    if NOT_TOLD & scenario.world.keys() or scenario.settings or _acts_in_turns(scenario):
        return 0.0
    usual = 12.0 if scenario.walk or scenario.name == "usual" else 4.0 if _is_in_time(scenario) else 1.0
    often = 0.25 if practice.opens else SHARES.get(practice.name, 1.0)
    return often * usual / len(practice.scenarios)


def _fails(scenario: Scenario) -> bool:
    return any("error" in _first(answer) for answer in scenario.world.values())


def _acts_in_turns(scenario: Scenario) -> bool:
    """Whether something that acts on rows comes out differently each time: live rows need not."""
    told = (answer for name, answer in scenario.world.items() if name in ACTING)
    return any(isinstance(answer, list) and len(answer) > 1 for answer in told)


def _is_in_time(scenario: Scenario) -> bool:
    clocks = scenario.expect.get("clocks")
    states = {str(state) for state in clocks.values()} if isinstance(clocks, dict) else set()
    return not scenario.expect.get("escalations") and not states & {"expired", "late"}


def _daytime(chance: Generator, at: datetime) -> datetime:
    local = calendar().local(at)
    hour = int(chance.choice([7, 8, 8, 9, 9, 9, 10, 10, 11, 13, 14, 14, 15, 15, 16, 17, 18, 19, 20]))
    return local.replace(hour=hour, minute=int(chance.integers(60)), second=int(chance.integers(60)), microsecond=0)


def _customers(chance: Generator, count: int, shares: tuple[float, float, float]) -> list[Customer]:
    """For whom: everywhere, but more often where the demo's own logins work, so that they find something to do."""
    paid_up = Customer.objects.filter(arrears_yuan=0).order_by("number")
    manager = Tenure.objects.select_related("post").get(person__account__username="manager", ends_on=None).post
    home = list(paid_up.filter(district__cell_code=manager.cell_code).values_list("number", flat=True))
    station = list(paid_up.filter(district__organisation=manager.organisation_id).values_list("number", flat=True))
    anywhere = list(paid_up.values_list("number", flat=True))
    near = chance.choice(3, count, p=shares)
    chosen = [str(chance.choice((home, station, anywhere)[int(at)])) for at in near]
    found = Customer.objects.select_related("district").in_bulk(chosen)
    return [found[number] for number in chosen]


def _deed(play: Play, script: Script, row: Facts) -> None:
    do, now, number = str(row["do"]), script.at, script.number
    if do == "start":
        script.number = _start(play, script, row)
    elif do in ("complete", "return", "opinion", "give_opinion", "pass_on", "delegate"):
        _task_deed(play.chance, script, row, do)
    elif do == "withdraw":
        withdraw_case(number, str(row.get("reason", "")), _requester(number), now)
    elif do == "urge":
        urge_case(number, str(row.get("note", "")), _requester(number), now)
    elif do == "reopen":
        reopen_case(number, str(row.get("reason", "")), _requester(number), now)
    elif do == "message":
        given = row.get("with")
        told = given.items() if isinstance(given, dict) else ()
        payload = {name: _as_late(script.later_by, script.practice.facts[name], value) for name, value in told}
        send_message(number, str(row.get("name", "")), payload, SYSTEM, now)
    elif do == "pause":
        hold_case(number, str(row.get("reason", "")), SYSTEM, now)
    elif do == "resume":
        release_case(number, SYSTEM, now)


def _start(play: Play, script: Script, row: Facts) -> str:
    practice, customer = script.practice, script.customer
    key = f"demo-{script.order}"
    answers = _answers(play.chance, script, row, "start", key, None)
    for name in answers:
        kind = practice.facts[name].get("format")
        if kind == "person_name":
            answers[name] = customer.name
        elif kind == "phone":
            answers[name] = customer.phone
    _arrange_world(play, script, customer)
    actor = _opener(script)
    surface = practice.entry.surface
    organisation = actor.seats[0].organisation if actor.seats else ""
    request = Request(practice.name, answers, key, surface, "zh-Hans", customer.number, organisation)
    return open_case(request, actor, script.at).case.number


def _opener(script: Script) -> Actor:
    """A portal request is anonymous; at the window or desk somebody who may opens it."""
    surface = script.practice.entry.surface
    if surface in ("portal", "card"):
        return Actor("citizen", script.customer.name)
    post_role = "window_clerk" if surface == "window" else "county_manager"
    tenures = Tenure.objects.filter(post__role=post_role, ends_on=None).order_by("post__code")
    tenure = tenures[script.order % tenures.count()]
    return actor_on(tenure.person, calendar().day_of(script.at))


def _arrange_world(play: Play, script: Script, customer: Customer) -> None:
    """Make true in the store what the scenario says its capabilities will find."""
    world = script.scenario.world
    outage, account = _first(world.get("known_outage")), _first(world.get("account_standing"))
    if outage.get("outage_known"):
        _make_outage(play, script, customer.district)
    arrears = account.get("arrears_yuan")
    if isinstance(arrears, int | float) and arrears > 0:
        customer.arrears_yuan, customer.cut_for_arrears = arrears, bool(account.get("cut_for_arrears"))
        customer.save()


def _make_outage(play: Play, script: Script, district: TransformerDistrict) -> None:
    """A planned interruption of one district around the script's instant."""
    teller, starts_at = play.teller, script.at - timedelta(hours=1)
    begun, ended = planned_changes(teller, district.code, starts_at, script.at + timedelta(hours=OUTAGE_HOURS))
    teller.tell([begun], script.at)
    number = Outage.objects.get(sensing_key=teller.key(begun.outage.number)).number
    estimate_restoration(number, script.at + timedelta(hours=OUTAGE_HOURS), "", SYSTEM, script.at)
    play.coming.append(Once(instant(ended.at), lambda at: teller.tell([ended], at)))


def _first(answer: Json) -> Facts:
    chosen = answer[0] if isinstance(answer, list) and answer else answer
    return chosen if isinstance(chosen, dict) else {}


def _requester(number: str) -> Actor:
    case = Case.objects.defer("state").get(number=number)
    return Actor("citizen", case.requester_name, case.requester_id, grants=frozenset([case.pk]))


def _task_deed(chance: Generator, script: Script, row: Facts, do: str) -> None:
    task = _task(script, row, do)
    actor = _performer(script, task)
    number, key, now = script.number, task.key, script.at
    if do == "complete":
        upload = f"{script.order}-{script.step}"
        complete_task(number, key, _answers(chance, script, row, task.step, upload, task), actor, now, upload)
    elif do == "return":
        return_task(number, key, str(row["to"]), str(row.get("reason", "")), actor, now)
    elif do == "opinion":
        ask_opinion(number, key, _colleague(task), str(row.get("question", "")), actor, now)
    elif do == "give_opinion":
        give_opinion(number, key, str(row.get("answer", "")), actor, now)
    elif do == "pass_on":
        pass_on(number, key, _colleague(task), str(row.get("reason", "")), actor, now)
    else:
        delegate(number, key, _colleague(task), actor, now)


def _task(script: Script, row: Facts, do: str) -> Task:
    """The open task that the scenario means. Its case is not loaded: a round of 78 measures has a long state."""
    tasks = Task.objects.filter(case__number=script.number, status=Task.Status.OPEN).select_related(
        "holder", "delegated_to"
    )
    if do == "give_opinion":
        return tasks.filter(kind="opinion").earliest("id")
    wanted: Any = row.get("item") or {}
    for task in tasks.filter(step=row.get("task"), kind="user").order_by("id"):
        if all((task.item or {}).get(name) == value for name, value in wanted.items()):
            return task
    raise Task.DoesNotExist


def _performer(script: Script, task: Task) -> Actor:
    if task.for_requester:
        return _requester(script.number)
    person = task.delegated_to or task.holder
    return actor_on(person, calendar().day_of(script.at)) if person else SYSTEM


def _colleague(task: Task) -> str:
    """Somebody else of the same organisation, else the chief of the company."""
    held = Tenure.objects.filter(ends_on=None).exclude(person=task.holder).order_by("post__code")
    tenure = (
        held.filter(post__organisation=task.organisation).first() or held.filter(post__role="company_manager").first()
    )
    return f"person:{tenure.person_id}" if tenure else f"person:{Person.objects.order_by('pk')[0].pk}"


def _answers(chance: Generator, script: Script, row: Facts, step: str, upload: str, task: Task | None) -> Facts:
    """The scenario's answers with the demo's places, people and papers put in."""
    given = row.get("with")
    answers: Facts = dict(given) if isinstance(given, dict) else {}
    form = script.practice.forms.get(step)
    for name in form.fields if form else ():
        if name not in answers:
            continue
        answers[name] = _fitted(chance, script, name, answers[name], upload, task)
    return answers


def _fitted(chance: Generator, script: Script, name: str, value: Json, upload: str, task: Task | None) -> Json:
    rule = script.practice.facts[name]
    kind, customer = rule.get("format"), script.customer
    if kind == "place" and isinstance(value, dict):
        shift = chance.normal(0, 0.00015, 2)
        near = (round(customer.longitude + float(shift[0]), 6), round(customer.latitude + float(shift[1]), 6))
        return {"longitude": near[0], "latitude": near[1], "address": customer.address}
    if kind == "person" and task is not None:
        return offered(task) or value
    if kind == "papers" and isinstance(value, list):
        count = max(1, min(len(value), 2))
        return [_paper(script, upload, name, at) for at in range(1, count + 1)]
    if rule.get("type") == "string" and isinstance(value, str) and kind == "customer_number":
        return customer.number
    return _as_late(script.later_by, rule, value)


def _as_late(later_by: timedelta, rule: Mapping[str, Any], value: Json) -> Json:
    """Days and instants that a story names, in tables too, as far from the beginning as they lie there."""
    kind, columns = rule.get("format"), rule.get("items", {}).get("properties", {})
    if isinstance(value, str) and kind == "date":
        return (date.fromisoformat(value) + later_by).isoformat()
    if isinstance(value, str) and kind == "date-time":
        return (datetime.fromisoformat(value) + later_by).isoformat()
    if isinstance(value, list) and columns:
        rows = (row for row in value if isinstance(row, dict))
        return [{key: _as_late(later_by, columns.get(key, {}), one) for key, one in row.items()} for row in rows]
    return value


def offered(task: Task) -> Json:
    """The first person whom the case has been offered."""
    facts = task.case.state["facts"]
    offers = next((value for value in facts.values() if isinstance(value, list) and value and _is_offer(value[0])), [])
    return offers[0]["id"] if offers else None


def _is_offer(value: Json) -> bool:
    return isinstance(value, dict) and str(value.get("id", "")).startswith("person:")


def _paper(script: Script, upload: str, fact: str, at: int) -> str:
    """A photograph or a plan, named after what the form asked for."""
    draw = drawing if "photo" in fact else plan
    name = f"{script.practice.text(f'facts.{fact}', 'zh-Hans')}-{at}.png"
    return upload_paper(name, draw(script.order % 8), upload, SYSTEM, script.at).token
