"""Moves tokens: one `Move` is set up from saved tokens, told what happened, and read off again."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from SpiffWorkflow.task import Task

from wanjia.engine.expressions import ExpressionError, evaluate
from wanjia.engine.process.board import node_of, read_off, set_up
from wanjia.engine.process.library import catches_error, fire
from wanjia.engine.process.plan import Plan
from wanjia.engine.process.tokens import Token, all_tokens, outward
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts, Json

MOVES_MAX = 2_000
What: TypeAlias = Literal["opened", "reached", "done", "cancelled", "letter", "notice", "ended"]


@dataclass(frozen=True)
class Happening:
    """One thing that the moving tokens did, in order. `facts` is what was known at that moment (letters, notices).

    `branch` is the multi-instance branch in which it happened, written as in `tokens.branch_of`.
    """

    what: What
    node: str
    key: str = ""
    item: Facts | None = None
    facts: Facts | None = None
    branch: str = ""


Perform: TypeAlias = Callable[[str, Facts, Facts | None], tuple[What | None, Facts]]


class FactsEngine:
    """Stands where the library expects its script engine: answers its questions from facts, executes nothing."""

    def __init__(self, move: "Move") -> None:
        self.move = move

    def evaluate(self, task: Task, expression: str, external_context: Any = None) -> Json:
        """The value of a condition. Raises Refused when it cannot be computed, so that the step changes nothing."""
        tree = self.move.plan.conditions[expression]
        try:
            return evaluate(tree, self.move.known(), self.item_of(task)) is True
        except ExpressionError as problem:
            where = Where("process.bpmn", self.move.line_of(task))
            raise Refused([problem.fault(where, expression)]) from problem

    def opened(self, task: Task) -> None:
        move = self.move
        key = move.new_key()
        task.internal_data["key"] = key
        move.tell("opened", task, key=key, item=self.item_of(task))

    def reached(self, task: Task) -> None:
        self.move.tell("reached", task, item=self.item_of(task))

    def done(self, task: Task) -> None:
        self.move.tell("done", task, key=task.internal_data.get("key", ""), item=self.item_of(task))

    def cancelled(self, task: Task) -> None:
        """Cancelled tasks are found by comparing before and after: the library forgets some."""

    def ended(self, task: Task) -> None:
        if task.workflow.top_workflow is task.workflow:
            self.move.tell("ended", task)

    def threw(self, task: Task, code: str | None) -> None:
        """An error goes to the nearest activity around it that waits for it."""
        if not self.move.raise_error(task, code):
            values = {"id": node_of(task), "error": code or ""}
            raise Refused([Fault("engine.error_uncaught", Where("process.bpmn", self.move.line_of(task)), values)])

    def perform(self, task: Task) -> None:
        what, answers = self.move.perform(node_of(task), self.move.known(), self.item_of(task))
        self.move.put(self.item_of(task), answers)
        if what is not None:
            self.move.tell(what, task, item=self.item_of(task), facts=dict(self.move.facts))

    def items(self, task: Task, name: str) -> list[Facts]:
        value = self.move.facts.get(name)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            values = {"id": node_of(task), "fact": name}
            raise Refused([Fault("engine.items_not_a_list", Where("process.bpmn", self.move.line_of(task)), values)])
        return [dict(item) for item in value if isinstance(item, dict)]

    def collect(self, task: Task, name: str, items: list[Facts]) -> None:
        self.move.put(self.item_of(task), {name: list(items)})

    def item_of(self, task: Task) -> Facts | None:
        """The item of the nearest multi-instance branch around a task; None outside of any."""
        for instance in _instances(task):
            item: Facts = instance.parent.internal_data["items"][instance.internal_data["index"]]
            return item
        return None


class Move:
    """Tokens in motion within one step. `happened` is what they did; `tokens()` where they stand afterwards.

    `facts` is changed in place. Facts declared for items go to the item of the branch; all others to the case.
    """

    def __init__(
        self,
        plan: Plan,
        tokens: tuple[Token, ...],
        facts: Facts,
        background: Mapping[str, Json],
        item_facts: frozenset[str],
        perform: Perform,
        next_key: int,
    ) -> None:
        self.plan, self.facts, self.background, self.item_facts = plan, facts, background, item_facts
        self.perform, self.next_key = perform, next_key
        self.happened: list[Happening] = []
        self._moves = 0
        self._open_before = {token.key for token in all_tokens(tokens) if token.key}
        self.workflow = set_up(plan, tokens, FactsEngine(self))

    def run(self) -> tuple[Token, ...]:
        """Moves everything that can move by itself and returns where the tokens stand; () when the process is over."""
        self.workflow.do_engine_steps(did_complete_task=self._count)
        tokens = () if self.workflow.completed else read_off(self.workflow)
        self._tell_cancelled(tokens)
        self._refuse_stuck(tokens)
        return tokens

    def complete(self, key: str, answers: Facts) -> None:
        """Finishes the open work with this key; run() moves on from there."""
        task = self._task_with(key)
        self.put(self._engine.item_of(task), answers)
        task.run()

    def deliver(self, name: str, payload: Facts, key: str | None, branch: str | None = None) -> int:
        """Gives a message to all who wait for it, outermost first, or only to those around the task with `key`, or to
        those in the branch, or in the nearest one around it in which somebody waits."""
        waiting = [task for task in self.workflow.event_manager.tasks.values() if _waits_for(task, name)]
        if key is not None:
            around = set(map(id, self._around_key(key)))
            waiting = [task for task in waiting if id(task) in around]
        if branch is not None:
            waiting = _nearest(waiting, branch)
        count = 0
        for task in sorted(waiting, key=lambda task: task.workflow.depth):
            if task.id in self.workflow.event_manager.tasks:
                self.put(self._engine.item_of(task), payload)
                fire(task)
                self.workflow.do_engine_steps(did_complete_task=self._count)
                count += 1
        return count

    def fail(self, key: str, code: str) -> bool:
        """An error at the work with this key; False when no boundary event waits for it."""
        return self.raise_error(self._task_with(key), code)

    def raise_error(self, task: Task, code: str | None) -> bool:
        for guard in _guards(task):
            if catches_error(guard, code):
                fire(guard)
                return True
        return False

    def put(self, item: Facts | None, values: Facts) -> None:
        """Stores answers: what is declared for items into the item at hand, the rest into the case."""
        for name, value in values.items():
            target = item if item is not None and name in self.item_facts else self.facts
            target[name] = value

    def known(self) -> Facts:
        return {**self.background, **self.facts}

    def new_key(self) -> str:
        self.next_key += 1
        return f"t{self.next_key}"

    def line_of(self, task: Task) -> int:
        node = self.plan.diagram.nodes.get(node_of(task))
        return node.line if node else 0

    def tell(
        self, what: What, task: Task, key: str = "", item: Facts | None = None, facts: Facts | None = None
    ) -> None:
        copy = None if item is None else dict(item)
        self.happened.append(Happening(what, node_of(task), key, copy, facts, _branch_around(task)))

    @property
    def _engine(self) -> FactsEngine:
        engine: FactsEngine = self.workflow.script_engine
        return engine

    def _count(self, _task: Task) -> None:
        self._moves += 1
        if self._moves > MOVES_MAX:
            raise Refused([Fault("engine.endless", Where("process.bpmn"), {"maximum": MOVES_MAX})])

    def _tell_cancelled(self, tokens: Iterable[Token]) -> None:
        """Open work that is neither open nor done any more was cancelled; told before what the move opened."""
        still = {token.key for token in all_tokens(tokens)}
        done = {h.key for h in self.happened if h.what == "done"}
        opened = {h.key: h for h in self.happened if h.what == "opened"}
        gone = [key for key in [*sorted(self._open_before, key=_number), *opened] if key not in still | done]
        first = next((n for n, h in enumerate(self.happened) if h.what == "opened"), len(self.happened))
        before = [Happening("cancelled", "", key) for key in gone if key not in opened]
        self.happened[first:first] = before
        self.happened.extend(Happening("cancelled", opened[key].node, key) for key in gone if key in opened)

    def _refuse_stuck(self, tokens: tuple[Token, ...]) -> None:
        """Tokens that wait only for each other would wait for ever; better no step at all than a dead case."""
        nodes = self.plan.diagram.nodes
        if tokens and not any(token.key or nodes[token.node].event for token in all_tokens(tokens)):
            first = nodes[tokens[0].node]
            raise Refused([Fault("engine.stuck", Where("process.bpmn", first.line), {"id": first.id})])

    def _task_with(self, key: str) -> Task:
        for workflow in (self.workflow, *self.workflow.subprocesses.values()):
            for task in workflow.tasks.values():
                if task.internal_data.get("key") == key:
                    return task
        raise Refused([Fault("engine.task_not_open", Where(column=key), {"task": key})])

    def _around_key(self, key: str) -> list[Task]:
        return list(_guards(self._task_with(key)))


def _number(key: str) -> int:
    return int(key[1:]) if key[1:].isdigit() else 0


def _around(task: Task) -> Task | None:
    """The task in the outer scope for which a task's own scope runs."""
    workflow = task.workflow
    if workflow.parent_task_id is None:
        return None
    around: Task = workflow.top_workflow.get_task_from_id(workflow.parent_task_id)
    return around


def _instances(task: Task) -> Iterator[Task]:
    """The multi-instance instances that a task lies in, or is, inner first."""
    here: Task | None = task
    while here is not None:
        if "index" in here.internal_data:
            yield here
        here = here.parent or _around(here)


def _branch_around(task: Task) -> str:
    """As `tokens.branch_of` writes it."""
    parts = [f"{node_of(instance)}[{instance.internal_data['index']}]" for instance in _instances(task)]
    return "/".join(reversed(parts))


def _nearest(waiting: list[Task], branch: str) -> list[Task]:
    """Those of the waiting that stand in the branch; when there are none, in the one around it, and so on."""
    places = [_branch_around(task) for task in waiting]
    near = next((place for place in outward(branch) if place in places), None)
    return [task for task, place in zip(waiting, places, strict=True) if place == near]


def _guards(task: Task) -> Iterable[Task]:
    """Boundary events around a task, nearest first: its own, its multi-instance activity's, its sub-processes'."""
    here: Task | None = task
    while here is not None:
        parent = here.parent
        if parent is not None and parent.task_spec.name.endswith(".BoundaryEventSplit"):
            yield from (child for child in parent.children if child is not here)
        here = parent if parent is not None and "items" in parent.internal_data else _around(here)


def _waits_for(task: Task, name: str) -> bool:
    definition = task.task_spec.event_definition
    return type(definition).__name__ == "MessageEventDefinition" and definition.name == name
