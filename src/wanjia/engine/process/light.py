"""The library's tree of tasks without what nobody here asks of it: random ids, the time of day, log lines.

A tree lives for one step only, so its ids need to be unique in it and no more; looking for tasks that can go on is what
a step does most, so it walks the tree by itself, in the library's order.
"""

# The library carries no types; its classes are Any to the checker.
# mypy: disable-error-code="misc"

from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.specs.MultiChoice import MultiChoice
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

READY, WAITING, STARTED = TaskState.READY, TaskState.WAITING, TaskState.STARTED


class LightTask(Task):
    """A node of the tree; its id is the number in which it was made."""

    def __init__(self, workflow: Any, task_spec: Any, parent: Any = None, state: int = TaskState.MAYBE) -> None:
        self.id = workflow.top_workflow.new_id()
        self.workflow, self.task_spec = workflow, task_spec
        self._parent = None if parent is None else parent.id
        self._children: list[int] = []
        self._state = state
        self.triggered = False
        self.thread_id = 0
        self.data: dict[str, Any] = {}
        self.internal_data: dict[str, Any] = {}
        self.last_state_change = 0.0
        workflow.tasks[self.id] = self
        if parent is not None:
            parent._children.append(self.id)

    def _set_state(self, value: int) -> None:
        was, self._state = self._state, value
        standing = self.workflow.standing
        if was in standing:
            standing[was].discard(self.id)
        if value in standing:
            standing[value].add(self.id)

    def _add_child(self, task_spec: Any, state: int = TaskState.MAYBE) -> Any:
        if self._state & TaskState.PREDICTED_MASK and not state & TaskState.PREDICTED_MASK:
            raise WorkflowException("a node that may come has no child that will", task_spec=self.task_spec)
        task = LightTask(self.workflow, task_spec, self, state)
        if state == READY:
            task._ready()
        return task

    def _ready(self) -> None:
        if self._state & TaskState.FINISHED_MASK:
            return
        self._set_state(READY)
        self.task_spec._on_ready_hook(self)

    def run(self) -> Any:
        """Do it. What comes after is put into the tree only now; the library foresees it all the way to the end."""
        spec = self.task_spec
        if not isinstance(spec, MultiChoice):  # a gateway puts there what it has chosen
            spec._predict_hook(self)
        done = spec._run_hook(self)
        if done is None:
            self._set_state(STARTED)
        else:
            self.complete()
        return done

    def complete(self) -> None:
        """It is done: what comes after it hears of that."""
        self._set_state(TaskState.COMPLETED)
        self.task_spec._on_complete_hook(self)
        known = self.workflow.tasks
        for child in [known[child] for child in self._children]:
            if not child._state & TaskState.FINISHED_MASK:
                child.task_spec._update(child)
        self.workflow._task_completed_notify(self)

    def _inherit_data(self) -> None:
        """Data of tasks is always empty here."""


class _Watched:
    """Looks for tasks in the order of the tree, but only where some stand in the state that is looked for."""

    task_tree: Any
    top_workflow: Any
    standing: dict[int, set[int]]

    def get_tasks(self, first_task: Any = None, **wanted: Any) -> list[Any]:
        if first_task is not None or wanted != {"state": READY}:
            found: list[Any] = super().get_tasks(first_task, **wanted)
            return found
        inside = self.top_workflow.subprocesses
        if not self.standing[READY] and not any(one.standing[READY] for one in inside.values()):
            return []
        return list(begun(self.task_tree, READY, inside))

    def run_ready(self, did: Callable[[Any], None]) -> int:
        """Run what is ready and needs nobody; how many there were."""
        ready = [task for task in self.get_tasks(state=READY) if not task.task_spec.manual]
        for task in ready:
            task.run()
            did(task)
        return len(ready)

    def update_waiting_tasks(self) -> None:
        if self.standing[WAITING]:
            for task in begun(self.task_tree, WAITING):
                task.task_spec._update(task)


class LightWorkflow(_Watched, BpmnWorkflow):
    """A case's tokens; empty until they are put in."""

    def __init__(self, *parts: Any, **named: Any) -> None:
        self._ids = count()
        self.standing: dict[int, set[int]] = {READY: set(), WAITING: set()}
        super().__init__(*parts, deserializing=True, **named)

    def do_engine_steps(self, will_complete_task: Any = None, did_complete_task: Any = None) -> None:
        """Run all that needs nobody, inner workflows first, until nothing is left to run."""
        more = True
        while more:
            begun_before = [one for one in self.subprocesses.values() if not one.completed]
            for inner in sorted(begun_before, key=lambda one: one.depth, reverse=True):
                while inner.run_ready(did_complete_task):
                    pass
                around = self.get_task_from_id(inner.parent_task_id)
                around.task_spec._update(around)
            count = self.run_ready(did_complete_task)
            more = count > 0 or sum(not one.completed for one in self.subprocesses.values()) > len(begun_before)

    def new_id(self) -> int:
        """The next id of this tree and those within."""
        return next(self._ids)

    def create_subprocess(self, my_task: Any, spec_name: str) -> Any:
        """What a sub-process that begins now needs: a start that is ready."""
        made = LightSubWorkflow(self.subprocess_specs[spec_name], parent_task_id=my_task.id, top_workflow=self)
        made.task_tree = start = LightTask(made, made.spec.start, state=TaskState.FUTURE)
        start._ready()
        self.subprocesses[my_task.id] = made
        return made


class LightSubWorkflow(_Watched, BpmnSubWorkflow):
    """The tokens inside a sub-process or call; empty until they are put in."""

    def __init__(self, *parts: Any, **named: Any) -> None:
        self.standing: dict[int, set[int]] = {READY: set(), WAITING: set()}
        super().__init__(*parts, deserializing=True, **named)


def begun(root: Any, state: int = TaskState.ANY_MASK, inside: Mapping[int, Any] | None = None) -> Iterator[Any]:
    """Tasks in a state that something led to, depth first; `inside` leads from a task to the workflow that runs in it.

    Below a task that has not begun there are only guesses. Each task is looked at when its turn comes, so that what is
    done with one shows at the next.
    """
    waiting = [root]
    while waiting:
        task = waiting.pop()
        if task._children and task._state >= STARTED:
            known = task.workflow.tasks
            waiting.extend([known[child] for child in reversed(task._children)])
        if inside and task.id in inside:
            waiting.append(inside[task.id].task_tree)
        if task._state & state:
            yield task
