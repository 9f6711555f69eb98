"""Case steps per second: through the actions on each store, the pure engine step, and the bare BPMN library.

Run: `.venv/bin/python benchmarks/case_steps.py [--quick]`. A step is what one person's "done" costs: the action checks
the permission, validates the answers, moves the case, writes tasks, clocks, letter, messages and history, and commits;
the engine only works it out from the saved state to the saved state; the library restores, completes a task and saves.
"""

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import _stand as stand

ANSWERS = {"outcome": "answered", "answer_text": "已电话说明"}


def through_actions(cases: int) -> None:
    """In a process on a filled store: complete the first task of so many cases."""
    from tests.support.stores import set_up  # noqa: PLC0415

    set_up()
    from django.db import connection  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from tests.support.world import World  # noqa: PLC0415
    from wanjia.actions.cases.complete_task import complete_task  # noqa: PLC0415

    world = World(timezone.now(), timezone.localdate())
    world.call("warm")
    began = time.perf_counter()
    opened = [world.call(f"case-{at}") for at in range(cases)]
    opening = time.perf_counter() - began
    manager, keys = world.actor("manager"), [world.task(case).key for case in opened]
    began, spent = time.perf_counter(), time.process_time()
    for case, key in zip(opened, keys, strict=True):
        complete_task(case.number, key, ANSWERS, manager, world.now)
    seconds, cpu = time.perf_counter() - began, time.process_time() - spent
    print(json.dumps({"store": connection.vendor, "opened": cases / opening, "steps": cases / seconds,
                      "cpu_ms": 1e3 * cpu / cases}))  # fmt: skip


def engine_steps(steps: int) -> float:
    """Steps per second of the pure engine, from saved JSON to saved JSON."""
    from datetime import UTC, datetime  # noqa: PLC0415

    from tests.support.practices import CALENDAR, files_in  # noqa: PLC0415
    from wanjia.engine.machine import step  # noqa: PLC0415
    from wanjia.engine.nouns import Complete, Start  # noqa: PLC0415
    from wanjia.engine.states import case_from_json, case_to_json  # noqa: PLC0415
    from wanjia.practice.reader import read  # noqa: PLC0415

    practice = read(files_in(stand.ROOT / "practices" / "contact_card")).practice
    assert practice is not None
    now = datetime(2026, 3, 2, 1, tzinfo=UTC)
    begun = Start("citizen", {"line": "business", "need": "x"}, practice.defaults)
    saved = json.dumps(case_to_json(step(practice.definition, None, begun, now, CALENDAR).state))
    done = Complete("person:1", "t1", ANSWERS)
    began = time.perf_counter()
    for _ in range(steps):
        outcome = step(practice.definition, case_from_json(json.loads(saved)), done, now, CALENDAR)
        json.dumps(case_to_json(outcome.state))
    return steps / (time.perf_counter() - began)


def library_steps(steps: int) -> float:
    """Restore + complete one task + save of the bare library, on a process of two user tasks."""
    from SpiffWorkflow.bpmn import BpmnWorkflow  # noqa: PLC0415
    from SpiffWorkflow.bpmn.parser import BpmnParser  # noqa: PLC0415
    from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer  # noqa: PLC0415
    from SpiffWorkflow.util.task import TaskState  # noqa: PLC0415

    parser = BpmnParser()
    parser.add_bpmn_str(PROCESS.encode())
    workflow = BpmnWorkflow(parser.get_spec("p"))
    workflow.do_engine_steps()
    serializer = BpmnWorkflowSerializer()
    saved = serializer.serialize_json(workflow)
    began = time.perf_counter()
    for _ in range(steps):
        restored = serializer.deserialize_json(saved)
        restored.get_next_task(state=TaskState.READY, manual=True).run()
        restored.do_engine_steps()
        serializer.serialize_json(restored)
    return steps / (time.perf_counter() - began)


PROCESS = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x">
<process id="p" isExecutable="true"><startEvent id="start"/><userTask id="answer"/><userTask id="confirm"/>
<endEvent id="end"/><sequenceFlow id="a" sourceRef="start" targetRef="answer"/>
<sequenceFlow id="b" sourceRef="answer" targetRef="confirm"/>
<sequenceFlow id="c" sourceRef="confirm" targetRef="end"/></process></definitions>"""


def main() -> None:
    """Everything in one run, each beside the library."""
    cases = 100 if stand.quick() else 1000
    stand.describe()
    library, engine = library_steps(cases), engine_steps(cases)
    print(f"bare library  {library:8,.0f} steps/s (restore + step + save, two user tasks)")
    print(f"engine        {engine:8,.0f} steps/s (contact card, saved to saved), {engine / library:.1f} of the library")
    for kind in stand.stores():
        with stand.store(kind) as store:
            row = json.loads(store.python(__file__, "--on-store", str(cases)))
        print(f"{row['store']:<13} {row['steps']:8,.0f} steps/s through the action, "
              f"{row['cpu_ms']:.1f} ms of CPU each, "
              f"{row['steps'] / library:.2f} of the library; {row['opened']:,.0f} cases opened/s",
              flush=True)  # fmt: skip


if __name__ == "__main__":
    if "--on-store" in sys.argv:
        through_actions(int(sys.argv[-1]))
    else:
        main()
