"""Saved tokens <-> the library's task tree. The tree is rebuilt flat for every step, so it never grows with a case."""

from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from wanjia.engine.process.diagram import GATEWAYS, PEOPLE, Diagram
from wanjia.engine.process.library import UNFINISHED, live
from wanjia.engine.process.light import LightSubWorkflow, LightTask, LightWorkflow, begun
from wanjia.engine.process.plan import Plan
from wanjia.engine.process.tokens import Token


def set_up(plan: Plan, tokens: tuple[Token, ...], script_engine: Any) -> LightWorkflow:
    """A library workflow in which exactly these tokens stand."""
    specs = dict(plan.specs)
    main = specs.pop(plan.diagram.main)
    workflow = LightWorkflow(main, specs, script_engine=script_engine)
    builder = _Builder(plan.diagram)
    builder.fill(workflow, tokens)
    for task in builder.entering:
        task.task_spec._update(task)
    return workflow


def read_off(workflow: Any) -> tuple[Token, ...]:
    """The tokens that stand in a workflow, in the order of its tree."""
    under_way = {task.id for task in live(workflow)}
    return tuple(_token_of(task) for task in begun(workflow.task_tree) if task.id in under_way)


def node_of(task: Task) -> str:
    """Id of the BPMN element that a task stands for."""
    return str(task.task_spec.bpmn_id or task.task_spec.name)


def _token_of(task: Task) -> Token:
    top = task.workflow.top_workflow
    inside = top.subprocesses.get(task.id)
    data = task.internal_data
    instances = [child for child in task.children if child.triggered and child.has_state(UNFINISHED)]
    joins = task.task_spec.__class__.__name__ in ("ParallelGateway", "InclusiveGateway")
    return Token(
        node=node_of(task),
        key=data.get("key", ""),
        came_from=task.parent.task_spec.name if joins else "",
        index=data.get("index"),
        inside=None if inside is None else read_off(inside),
        items=tuple(data["items"]) if "items" in data else None,
        finished=tuple(data.get("finished", ())),
        instances=tuple(_token_of(child) for child in instances),
    )


class _Builder:
    """Builds tasks for tokens: a finished root, and below it each token."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        self.entering: list[Task] = []

    def fill(self, workflow: Any, tokens: tuple[Token, ...]) -> None:
        workflow.task_tree = root = LightTask(workflow, workflow.spec.start, state=TaskState.COMPLETED)
        for token in tokens:
            self._place(workflow, root, token)

    def _place(self, workflow: Any, root: Task, token: Token) -> None:
        specs = workflow.spec.task_specs
        split = specs.get(f"{token.node}.BoundaryEventSplit")
        if token.fresh:
            task = LightTask(workflow, split or specs[token.node], root, TaskState.FUTURE)
            self.entering.append(task)
            return
        if split is not None:
            self._place_guarded(workflow, LightTask(workflow, split, root, TaskState.COMPLETED), token)
            return
        parent = root
        if token.came_from:
            parent = LightTask(workflow, specs[token.came_from], root, TaskState.COMPLETED)
        self._wake(LightTask(workflow, specs[token.node], parent, TaskState.FUTURE), token)

    def _place_guarded(self, workflow: Any, split: Task, token: Token) -> None:
        """An activity with boundary events: the activity and its waiting events stand side by side."""
        split.task_spec._predict_hook(split)
        for child in split.children:
            guard = isinstance(child.task_spec, BoundaryEvent)
            if guard:
                child._set_state(TaskState.WAITING)
                workflow.top_workflow.event_manager.add_task(child)
            else:
                child._set_state(TaskState.FUTURE)
                self._wake(child, token)

    def _wake(self, task: Task, token: Token) -> None:
        """Puts a task into the state that its token stands for."""
        node = self.diagram.nodes[token.node]
        if token.key:
            task.internal_data["key"] = token.key
        if token.index is not None:
            task.internal_data["index"] = token.index
        if token.items is not None:
            self._wake_items(task, token)
        elif token.inside is not None:
            self._wake_inside(task, token.inside)
        elif node.tag in PEOPLE or node.tag == "serviceTask":
            task._set_state(TaskState.READY)
        elif node.tag in GATEWAYS or node.event:
            task._set_state(TaskState.WAITING)
            if node.event:
                task.workflow.top_workflow.event_manager.add_task(task)

    def _wake_items(self, task: Task, token: Token) -> None:
        items = [dict(item) for item in token.items or ()]
        task.internal_data.update(items=items, finished=list(token.finished))
        task._set_state(TaskState.STARTED)
        spec = task.workflow.spec.task_specs[task.task_spec.task_spec]
        for instance in token.instances:
            child = LightTask(task.workflow, spec, task, TaskState.FUTURE)
            child.triggered = True
            self._wake(child, instance)

    def _wake_inside(self, task: Task, inside: tuple[Token, ...]) -> None:
        top = task.workflow.top_workflow
        workflow = LightSubWorkflow(top.subprocess_specs[task.task_spec.spec], parent_task_id=task.id, top_workflow=top)
        top.subprocesses[task.id] = workflow
        workflow.completed_event.connect(task.task_spec._on_subworkflow_completed, task)
        task._set_state(TaskState.STARTED)
        self.fill(workflow, inside)
