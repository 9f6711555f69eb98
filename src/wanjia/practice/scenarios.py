"""Runs a told case through the engine on a virtual clock, and compares what came out with what was expected."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from wanjia.engine.nouns import (
    AskOpinion,
    CaseState,
    Complete,
    Delegate,
    Event,
    GiveOpinion,
    Hold,
    MergeInto,
    Message,
    PassOn,
    Release,
    Reopen,
    ReturnTo,
    TaskKind,
    TaskState,
    Urge,
    Withdraw,
)
from wanjia.engine.process.tokens import branches_of_items, tokens_from_json
from wanjia.model.faults import Fault, Refused
from wanjia.model.jsonvalue import Facts
from wanjia.model.working_time import UnknownYear, WorkCalendar
from wanjia.practice.answers import START, initial_facts, validate_answers
from wanjia.practice.checks.facts import FILLED_BY_PLATFORM
from wanjia.practice.expectations import differences
from wanjia.practice.folder import Folder, as_mapping
from wanjia.practice.limits import SCENARIO_EVENTS_MAX
from wanjia.practice.nouns import Practice, Scenario, message_form
from wanjia.practice.virtual_case import Answer, Endless, Unanswered, VirtualCase, calendar_answer, later


@dataclass(frozen=True)
class Problem:
    """A fault of a scenario and the step (0-based) that it belongs to; None for what was expected at the end."""

    fault_code: str
    values: Mapping[str, object]
    step: int | None


@dataclass
class Telling:
    """A scenario that was run: the case, the problems, and after each step how far the journal had come."""

    case: VirtualCase
    problems: list[Problem] = field(default_factory=list)
    marks: list[tuple[int, datetime]] = field(default_factory=list)


def scenario_faults(practice: Practice, folder: Folder, calendar: WorkCalendar) -> Iterator[Fault]:
    """Run every scenario; each problem at the line of its step, or of the expectation."""
    for scenario in practice.scenarios:
        path = f"scenarios/{scenario.name}.yaml"
        for problem in run(practice, scenario, calendar).problems:
            keys: tuple[str | int, ...] = ("steps", problem.step) if problem.step is not None else ("expect",)
            if problem.step is None and isinstance(problem.values.get("key"), str):
                keys = ("expect", *str(problem.values["key"]).split("."))
            yield Fault(problem.fault_code, folder.where(path, *keys), problem.values)


def run(practice: Practice, scenario: Scenario, calendar: WorkCalendar) -> Telling:
    """Tell the scenario to its end, or to the step that cannot be taken. Pure; never raises for a wrong scenario."""
    try:
        begins = datetime.fromisoformat(scenario.starts_at)
    except ValueError:
        wrong = Problem("practice.scenario_instant", {"value": scenario.starts_at, "key": "starts_at"}, 0)
        return Telling(VirtualCase(practice, calendar, _World({}, calendar), datetime(2000, 1, 1, tzinfo=UTC)), [wrong])
    telling = Telling(VirtualCase(practice, calendar, _World(scenario.world, calendar), begins))
    for index, row in enumerate(scenario.steps):
        problems = _taken(telling.case, scenario, row, index)
        telling.marks.append((len(telling.case.journal), telling.case.now))
        if problems:
            telling.problems += problems
            return telling
    telling.problems += [
        Problem("practice.scenario_expected", values, None) for values in differences(telling.case, scenario.expect)
    ]
    return telling


class _World:
    """What capabilities answer: one answer for every call, or a list used up in order."""

    def __init__(self, world: Facts, calendar: WorkCalendar) -> None:
        self._calendar = calendar
        self._always = {name: answer for name, answer in world.items() if not isinstance(answer, list)}
        self._once = {name: list(answers) for name, answers in world.items() if isinstance(answers, list)}

    def __call__(self, capability: str, inputs: Facts, now: datetime) -> Answer:
        waiting = self._once.get(capability)
        if capability in self._always:
            answer = as_mapping(self._always[capability])
        elif waiting:
            answer = as_mapping(waiting.pop(0))
        else:
            known = calendar_answer(capability, inputs, now, self._calendar) if waiting is None else None
            if known is None:
                raise Unanswered(capability)
            answer = known
        return ({}, str(answer["error"])) if set(answer) == {"error"} else (answer, None)


def _taken(case: VirtualCase, scenario: Scenario, row: Facts, index: int) -> list[Problem]:
    """Take one step; the problems that it met."""
    said: dict[str, object] = {"number": index + 1, "deed": str(row.get("do"))}
    expected = row.get("refused")
    try:
        if "after" in row:
            case.advance(later(case.calendar, case.now, str(row["after"])))
        problems = _done(case, scenario, row, said, index)
    except Refused as refused:
        codes = sorted({fault.code for fault in refused.faults})
        if expected in codes:
            return []
        return [Problem("practice.scenario_step_refused", {**said, "codes": _with_values(refused)}, index)]
    except Unanswered as lack:
        return [Problem("practice.scenario_world", {**said, "capability": lack.capability}, index)]
    except UnknownYear as lack:
        return [Problem("practice.scenario_calendar", {**said, "year": lack.year}, index)]
    except Endless:
        return [Problem("practice.scenario_endless", {**said, "events_max": SCENARIO_EVENTS_MAX}, index)]
    if not problems and expected is not None:
        return [Problem("practice.scenario_not_refused", {**said, "code": expected}, index)]
    return problems


def _with_values(refused: Refused) -> str:
    return "; ".join(f"{fault.code} {dict(fault.values) or ''}".strip() for fault in refused.faults)


def _done(case: VirtualCase, scenario: Scenario, row: Facts, said: dict[str, object], index: int) -> list[Problem]:
    deed, answers = str(row["do"]), as_mapping(row.get("with"))
    actor = f"role:{row['as']}" if "as" in row else "system"
    if deed == "wait":
        return []
    if deed == "start":
        asked = case.practice.forms[START].fields if START in case.practice.forms else ()
        form_answers = {name: v for name, v in answers.items() if name in asked or name not in FILLED_BY_PLATFORM}
        problems = _answer_problems(case, START, form_answers, {}, said, index)
        if not problems:
            case.start(actor, initial_facts(case.practice, answers), scenario.settings)
        return problems
    if case.state is None:
        return [Problem("practice.scenario_start", {"found": deed}, index)]
    if deed == "message" and (problems := _message_problems(case, row, said, index)):
        return problems
    if deed == "message" and "item" in row:
        return _to_branch(case, row, actor, said, index)
    if deed in _ON_CASE:
        case.send(_ON_CASE[deed](actor, row))
        return []
    return _on_task(case, case.state, row, (actor, answers, said, index))


def _message_problems(case: VirtualCase, row: Facts, said: dict[str, object], index: int) -> list[Problem]:
    """What people send is held against the message's form; what the product sends is its own affair."""
    assert case.state is not None
    name, practice = _text(row, "name"), case.practice
    if practice.messages.get(name, {}).get("from") not in ("requester", *practice.roles):
        return []
    facts = {**case.state.settings, **case.state.facts}
    return _answer_problems(case, message_form(name), as_mapping(row.get("with")), facts, said, index)


def _to_branch(case: VirtualCase, row: Facts, actor: str, said: dict[str, object], index: int) -> list[Problem]:
    """A message to whoever waits for it in the one multi-instance branch whose item has these values."""
    assert case.state is not None
    process, wanted = as_mapping(case.state.process), as_mapping(row["item"])
    found = list(branches_of_items(tokens_from_json(process.get("tokens", [])), wanted))
    if len(found) != 1:
        return [Problem("practice.scenario_no_branch", {**said, "item": str(wanted), "count": len(found)}, index)]
    case.send(Message(actor, _text(row, "name"), as_mapping(row.get("with")), None, found[0]))
    return []


def _on_task(
    case: VirtualCase, state: CaseState, row: Facts, told: tuple[str, Facts, dict[str, object], int]
) -> list[Problem]:
    actor, answers, said, index = told
    found = _meant(state, row)
    if len(found) != 1:
        opened = ", ".join(task.step for task in state.tasks) or "—"
        code = "practice.scenario_two_tasks" if found else "practice.scenario_no_task"
        return [Problem(code, {**said, "task": row.get("task"), "open": opened, "count": len(found)}, index)]
    task, deed = found[0], str(row["do"])
    actor = actor if "as" in row else f"role:{task.role}"
    if deed != "complete":
        case.send(_ON_TASK[deed](actor, task.key, row))
        return []
    facts = {**state.settings, **state.facts, **(task.item or {})}
    problems = _answer_problems(case, task.step, answers, facts, said, index)
    if not problems:
        case.send(Complete(actor, task.key, answers))
    return problems


def _meant(state: CaseState, row: Facts) -> list[TaskState]:
    """Open tasks that the step may mean: by step, kind, and the fields of the multi-instance item."""
    kind = TaskKind.OPINION if row["do"] == "give_opinion" else TaskKind.USER
    wanted = as_mapping(row.get("item"))
    return [
        task
        for task in state.tasks
        if task.kind is kind
        and task.step == row.get("task", task.step)
        and all((task.item or {}).get(key) == value for key, value in wanted.items())
    ]


def _answer_problems(
    case: VirtualCase, step: str, answers: Facts, facts: Facts, said: dict[str, object], index: int
) -> list[Problem]:
    if step not in case.practice.forms and not answers:
        return []
    return [
        Problem("practice.scenario_answers", {**said, "field": str(fault.where.column), "problem": fault.code}, index)
        for fault in validate_answers(case.practice, step, answers, facts)
    ]


def _text(row: Facts, key: str) -> str:
    return str(row.get(key, ""))


def _delegate_to(row: Facts) -> str | None:
    return None if row.get("to") is None else _text(row, "to")


_ON_CASE: Mapping[str, Callable[[str, Facts], Event]] = {
    "withdraw": lambda actor, row: Withdraw(actor, _text(row, "reason")),
    "urge": lambda actor, row: Urge(actor, _text(row, "note")),
    "reopen": lambda actor, row: Reopen(actor, _text(row, "reason")),
    "merge": lambda actor, row: MergeInto(actor, _text(row, "into")),
    "message": lambda actor, row: Message(actor, _text(row, "name"), as_mapping(row.get("with"))),
    "pause": lambda actor, row: Hold(actor, _text(row, "reason")),
    "resume": lambda actor, row: Release(actor),
}
_ON_TASK: Mapping[str, Callable[[str, str, Facts], Event]] = {
    "return": lambda actor, key, row: ReturnTo(actor, key, _text(row, "to"), _text(row, "reason")),
    "opinion": lambda actor, key, row: AskOpinion(actor, key, _text(row, "to"), _text(row, "question")),
    "give_opinion": lambda actor, key, row: GiveOpinion(actor, key, _text(row, "answer")),
    "pass_on": lambda actor, key, row: PassOn(actor, key, _text(row, "to"), _text(row, "reason")),
    "delegate": lambda actor, key, row: Delegate(actor, key, _delegate_to(row)),
}
