"""Which ends can be the result of a case."""

from pathlib import Path

from wanjia.practice.diagram import read_diagram

PRACTICES = Path(__file__).resolve().parents[3] / "practices"


def test_an_end_beside_the_work_is_no_result() -> None:
    diagram = read_diagram("process.bpmn", (PRACTICES / "outage_restoration" / "process.bpmn").read_bytes())
    assert set(diagram.ends) - set(diagram.results) == {"extent_told"}
    assert set(diagram.results) == {"restored", "restored_late", "false_alarm", "momentary"}


def test_without_events_beside_the_work_every_end_is_one() -> None:
    diagram = read_diagram("process.bpmn", (PRACTICES / "behind_meter_repair" / "process.bpmn").read_bytes())
    assert diagram.results == diagram.ends


def test_an_error_caught_beside_the_work_makes_no_result_of_its_end() -> None:
    diagram = read_diagram("process.bpmn", (PRACTICES / "works_among_residents" / "process.bpmn").read_bytes())
    assert set(diagram.ends) - set(diagram.results) == {"coordinated", "meeting_held", "problem_noted"}
