"""The library's node classes as we need them: no Python evaluated, facts kept by us, its known faults mended.

Mended here: joins take exactly one token a flow and never merge data; an inclusive join follows the standard's rule;
an error end event reaches only the boundary events around it; multi-instance items stay with their instance.
"""

# The library carries no types; its classes are Any to the checker.
# mypy: disable-error-code="misc"

from typing import Any

from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser.event_parsers import (
    BoundaryEventParser,
    EndEventParser,
    IntermediateCatchEventParser,
    ReceiveTaskParser,
    StartEventParser,
)
from SpiffWorkflow.bpmn.parser.task_parsers import (
    CallActivityParser,
    ConditionalGatewayParser,
    GatewayParser,
    SubWorkflowParser,
)
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs import defaults as spiff
from SpiffWorkflow.bpmn.specs.mixins import BpmnSpecMixin, EndEventMixin
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

UNFINISHED = TaskState.NOT_FINISHED_MASK


class PersonTask(spiff.UserTask):
    """Stays open until its answers come. Also used for capabilities, which somebody outside carries out."""

    def _on_ready_hook(self, my_task: Task) -> None:
        super()._on_ready_hook(my_task)
        my_task.workflow.script_engine.opened(my_task)

    def _on_complete_hook(self, my_task: Task) -> None:
        my_task.workflow.script_engine.done(my_task)
        super()._on_complete_hook(my_task)

    def _on_cancel(self, my_task: Task) -> None:
        super()._on_cancel(my_task)
        my_task.workflow.script_engine.cancelled(my_task)


class WorkTask(BpmnSpecMixin):
    """Done within the step by our engine: a decision, a letter or a notice."""

    def _run_hook(self, my_task: Task) -> bool:
        my_task.workflow.script_engine.perform(my_task)
        return True

    def _on_complete_hook(self, my_task: Task) -> None:
        my_task.workflow.script_engine.done(my_task)
        super()._on_complete_hook(my_task)


class ReceiveTask(spiff.ReceiveTask):
    """Waits for its message; opened and done are triggers like those of any other step."""

    def _update_hook(self, my_task: Task) -> Any:
        reached = my_task.state < TaskState.WAITING
        result = super()._update_hook(my_task)
        if reached:
            my_task.workflow.script_engine.reached(my_task)
        return result

    def _on_complete_hook(self, my_task: Task) -> None:
        my_task.workflow.script_engine.done(my_task)
        super()._on_complete_hook(my_task)


class _Scope:
    """A sub-process or call: nothing is copied in or out, because facts belong to the case."""

    def copy_data(self, my_task: Task, subworkflow: Any) -> None:
        """Data of tasks is always empty here."""

    def update_data(self, my_task: Task, subworkflow: Any) -> None:
        """Data of tasks is always empty here."""

    def start_workflow(self, my_task: Task) -> None:
        if "index" not in my_task.internal_data:
            my_task.workflow.script_engine.reached(my_task)
        begun = my_task.workflow.top_workflow.create_subprocess(my_task, self.spec)  # type: ignore[attr-defined]
        begun.completed_event.connect(self._on_subworkflow_completed, my_task)  # type: ignore[attr-defined]
        begun.task_tree.run()

    def _on_complete_hook(self, my_task: Task) -> None:
        # Repeated for items, it is opened and done once as a whole, which the multi-instance node tells.
        if "index" not in my_task.internal_data:
            my_task.workflow.script_engine.done(my_task)
        super()._on_complete_hook(my_task)


class SubProcess(_Scope, spiff.SubWorkflowTask):
    """An embedded sub-process."""


class CallActivity(_Scope, spiff.CallActivity):
    """A call of another process of the same file."""


class _Join:
    """A gateway that waits: `_taken` says which tokens it takes; those are cancelled, later ones wait on."""

    _taken: Any

    def _update_hook(self, my_task: Task) -> bool:
        waiting = [t for t in my_task.workflow.tasks.values() if t.task_spec is self and t.state == TaskState.WAITING]
        arrived = [t for t in waiting if t is not my_task] + [my_task]
        taken = self._taken(my_task, arrived)
        if taken is None:
            my_task._set_state(TaskState.WAITING)
            return False
        for other in taken:
            if other is not my_task:
                other.cancel()
        return True


class ParallelGateway(_Join, spiff.ParallelGateway):
    """Fires with one token from every incoming flow."""

    def _taken(self, my_task: Task, arrived: list[Task]) -> list[Task] | None:
        by_input: dict[str, Task] = {}
        for task in [my_task, *arrived]:
            by_input.setdefault(task.parent.task_spec.name, task)
        return list(by_input.values()) if len(by_input) == len(set(self._inputs)) else None

    def _run_hook(self, my_task: Task) -> bool:
        return True


class ExclusiveGateway(spiff.ExclusiveGateway):
    """Takes the first way whose condition is true, else the default."""

    def _run_hook(self, my_task: Task) -> bool:
        my_task._sync_children([self._chosen(my_task)], TaskState.FUTURE)
        return True

    def _chosen(self, my_task: Task) -> Any:
        matches = (name for test, name in self.cond_task_specs if test is not None and test._matches(my_task))
        return self._wf_spec.get_task_spec_from_name(next(matches, self.default_task_spec))


class InclusiveGateway(_Join, spiff.InclusiveGateway):
    """Fires when no token that is still under way could come in by a flow that has none yet."""

    def _taken(self, my_task: Task, arrived: list[Task]) -> list[Task] | None:
        full = {task.parent.task_spec.name for task in arrived}
        empty = [name for name in self._inputs if name not in full]
        ahead = [t for t in live(my_task.workflow) if t.task_spec is not self]
        if any(self._may_come(t, empty) and not self._may_come(t, list(full)) for t in ahead):
            return None
        return arrived

    def _may_come(self, task: Task, inputs: list[str]) -> bool:
        """Whether the task can come to one of the given incoming nodes without passing this gateway."""
        seen: set[str] = {self.name}
        waiting = [task.task_spec.name, f"{task.task_spec.name}.BoundaryEventSplit"]
        while waiting:
            name = waiting.pop()
            if name in inputs:
                return True
            if name not in seen and name in self._wf_spec.task_specs:
                seen.add(name)
                waiting.extend(self._wf_spec.task_specs[name]._outputs)
        return False

    def _run_hook(self, my_task: Task) -> bool:
        matches, defaults = self._get_matching_outputs(my_task)
        my_task._sync_children(matches or defaults, TaskState.FUTURE)
        return True


class EndEvent(EndEventMixin, BpmnSpecMixin):
    """Tells which end was reached; an error goes only to the activities around it."""

    def _run_hook(self, my_task: Task) -> bool | None:
        definition = self.event_definition
        if type(definition).__name__ == "ErrorEventDefinition":
            # None leaves this end open, so that the sub-process cannot finish before its boundary event stops it.
            my_task.workflow.script_engine.threw(my_task, definition.code)
            return None
        return True

    def _on_complete_hook(self, my_task: Task) -> None:
        my_task.workflow.script_engine.ended(my_task)
        super()._on_complete_hook(my_task)


class _Items:
    """A multi-instance activity. `data_input` and `data_output` name list facts; items stay in `internal_data`."""

    sequential = False

    def _update_hook(self, my_task: Task) -> bool:
        items = my_task.workflow.script_engine.items(my_task, self.data_input.bpmn_id)  # type: ignore[attr-defined]
        my_task.internal_data = {"items": items, "finished": []}
        if self._repeats_scope(my_task):
            my_task.workflow.script_engine.reached(my_task)
        if not items:
            self._close(my_task)
            return True
        for index in range(1 if self.sequential else len(items)):
            self._open(my_task, index)
        my_task._set_state(TaskState.STARTED)
        return False

    def _on_complete_hook(self, my_task: Task) -> None:
        if self._repeats_scope(my_task):
            my_task.workflow.script_engine.done(my_task)
        super()._on_complete_hook(my_task)

    def _repeats_scope(self, my_task: Task) -> bool:
        return isinstance(my_task.workflow.spec.task_specs[self.task_spec], _Scope)  # type: ignore[attr-defined]

    def _open(self, my_task: Task, index: int) -> None:
        spec = my_task.workflow.spec.task_specs[self.task_spec]  # type: ignore[attr-defined]
        child = my_task._add_child(spec, TaskState.WAITING)
        child.triggered = True
        child.internal_data["index"] = index
        child.task_spec._update(child)

    def instance_done(self, _workflow: Any, child: Task) -> None:
        my_task = child.parent
        finished, items = my_task.internal_data["finished"], my_task.internal_data["items"]
        finished.append(child.internal_data["index"])
        if len(finished) == len(items):
            self._close(my_task)
            my_task._set_state(TaskState.READY)
        elif self.sequential:
            self._open(my_task, len(finished))

    def _on_cancel(self, my_task: Task) -> None:
        super()._on_cancel(my_task)
        forget_lost(my_task.workflow.top_workflow)

    def _close(self, my_task: Task) -> None:
        output = self.data_output  # type: ignore[attr-defined]
        if output is not None:
            my_task.workflow.script_engine.collect(my_task, output.bpmn_id, my_task.internal_data["items"])


class ParallelItems(_Items, spiff.ParallelMultiInstanceTask):
    """All instances at once."""


class SequentialItems(_Items, spiff.SequentialMultiInstanceTask):
    """One instance after another, in the order of the items."""

    sequential = True


def live(workflow: Any) -> list[Task]:
    """Tokens of one scope: unfinished tasks whose predecessor is finished. Waiting boundary events are none."""
    return [
        task
        for task in workflow.tasks.values()
        if task.has_state(UNFINISHED)
        and task.parent is not None
        and task.parent.state == TaskState.COMPLETED
        and not isinstance(task.task_spec, spiff.BoundaryEvent)
        and not task.task_spec.name.endswith((".BoundaryEventJoin", ".EndJoin"))
        and task.task_spec.name != "End"
    ]


def forget_lost(top: Any) -> None:
    """Drops sub-processes whose instance was cancelled: the library removes the instance and leaves them running."""
    lost = [key for key in top.subprocesses if not any(key in w.tasks for w in (top, *top.subprocesses.values()))]
    for key in lost:
        del top.subprocesses[key]
    kept = {id(top), *(id(w) for w in top.subprocesses.values())}
    for task in list(top.event_manager.tasks.values()):
        if id(task.workflow) not in kept or task.id not in task.workflow.tasks:
            top.event_manager.remove_task(task)
    if lost:
        forget_lost(top)


def _with_items(parser: type) -> type:
    """A parser of activities that makes our multi-instance nodes."""
    return type(
        parser.__name__, (parser,), {"PARALLEL_MI_CLASS": ParallelItems, "SEQUENTIAL_MI_CLASS": SequentialItems}
    )


_TASK = _with_items(TaskParser)


class DiagramParser(BpmnParser):
    """The library's parser with our nodes; anything else was refused before it comes here."""

    PARSER_CLASSES = {
        full_tag("startEvent"): (StartEventParser, spiff.StartEvent),
        full_tag("endEvent"): (EndEventParser, EndEvent),
        full_tag("boundaryEvent"): (BoundaryEventParser, spiff.BoundaryEvent),
        full_tag("intermediateCatchEvent"): (IntermediateCatchEventParser, spiff.IntermediateCatchEvent),
        full_tag("receiveTask"): (_with_items(ReceiveTaskParser), ReceiveTask),
        full_tag("userTask"): (_TASK, PersonTask),
        full_tag("manualTask"): (_TASK, PersonTask),
        full_tag("serviceTask"): (_TASK, PersonTask),
        full_tag("businessRuleTask"): (_TASK, WorkTask),
        full_tag("sendTask"): (_TASK, WorkTask),
        full_tag("subProcess"): (_with_items(SubWorkflowParser), SubProcess),
        full_tag("callActivity"): (_with_items(CallActivityParser), CallActivity),
        full_tag("exclusiveGateway"): (ConditionalGatewayParser, ExclusiveGateway),
        full_tag("inclusiveGateway"): (ConditionalGatewayParser, InclusiveGateway),
        full_tag("parallelGateway"): (GatewayParser, ParallelGateway),
    }


def connect_items(spec: Any) -> None:
    """Tells every multi-instance node of a process when an instance is done; once, when the process is built."""
    for node in spec.task_specs.values():
        if isinstance(node, _Items):
            spec.task_specs[node.task_spec].completed_event.connect(node.instance_done)  # type: ignore[attr-defined]


def fire(event: Task) -> None:
    """Lets a waiting catch event happen."""
    event._set_internal_data(event_fired=True)
    event.task_spec._update(event)


def catches_error(event: Task, code: str | None) -> bool:
    """Whether a boundary event waits for this error code; one without a code takes any."""
    definition = event.task_spec.event_definition
    kind = type(definition).__name__ == "ErrorEventDefinition"
    return kind and event.state == TaskState.WAITING and definition.code in (None, code)
