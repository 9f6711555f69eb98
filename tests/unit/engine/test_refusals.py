"""Every broken diagram is refused with exactly the sentences that stand beside it; nothing in it is ever run."""

import json
import re
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from tests.support.processes import BROKEN, CALENDAR, CASES, GOOD, broken, definition, source_of
from wanjia.engine import compile_source, step
from wanjia.engine.nouns import Start
from wanjia.texts import LANGUAGES, fault_sentence, table

ENGINE = Path(__file__).parents[3] / "src" / "wanjia" / "engine"
EXPECTED = json.loads((CASES / "broken" / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", BROKEN)
def test_broken_process_is_refused_word_for_word(name: str) -> None:
    result = compile_source(broken(name))
    assert result.definition is None
    assert [fault_sentence(fault, "en") for fault in result.faults] == EXPECTED[name]


def test_every_expectation_has_its_file() -> None:
    assert sorted(EXPECTED) == BROKEN


def test_many_different_faults_are_shown() -> None:
    codes = {fault.code for name in BROKEN for fault in compile_source(broken(name)).faults}
    assert len(codes) >= 60


@pytest.mark.parametrize("name", GOOD)
def test_good_processes_have_no_faults(name: str) -> None:
    assert definition(name).steps


def test_faults_stand_in_the_order_of_the_file() -> None:
    lines = [fault.where.line for fault in compile_source(broken("data_objects")).faults]
    assert lines == sorted(lines)
    assert len(lines) == 3


def test_an_oversized_file_is_not_parsed() -> None:
    source = broken("doctype")
    huge = compile_source(type(source)(**{**source.__dict__, "bpmn": b"<" * 2_000_001}))
    assert [fault.code for fault in huge.faults] == ["engine.xml_too_large"]


def chain(count: int) -> bytes:
    """A process of `count` manual tasks in a row; start and end come on top."""
    ids = ["start", *(f"s{n}" for n in range(count)), "done"]
    tasks = "".join(f'<manualTask id="{task}"/>' for task in ids[1:-1])
    refs = "".join(f"<flowNodeRef>{task}</flowNodeRef>" for task in ids[1:-1])
    pairs = enumerate(pairwise(ids))
    flows = "".join(f'<sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}"/>' for n, (a, b) in pairs)
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d">'
        '<process id="main" isExecutable="true">'
        f'<laneSet id="l"><lane id="clerk">{refs}</lane></laneSet><startEvent id="start"/>{tasks}<endEvent id="done"/>'
        f"{flows}</process></definitions>"
    ).encode()


def test_the_longest_process_runs_and_a_longer_one_is_refused() -> None:
    longest = compile_source(source_of(chain(198)))
    assert longest.definition is not None
    now = datetime(2026, 3, 2, tzinfo=UTC)
    state = step(longest.definition, None, Start("p", {}), now, CALENDAR).state
    assert [task.step for task in state.tasks] == ["s0"]
    longer = compile_source(source_of(chain(199)))
    assert [fault.code for fault in longer.faults] == ["engine.too_many_nodes"]


def test_every_code_has_its_sentence_and_no_sentence_is_left_over() -> None:
    said = re.compile(r'"engine\.([a-z_]+)"|(?:refuse|look\.at|_fault)\(\s*"([a-z_]+)"')
    sources = [path.read_text(encoding="utf-8") for path in ENGINE.rglob("*.py")]
    codes = {f"engine.{one or other}" for text in sources for one, other in said.findall(text)}
    for language in LANGUAGES:
        assert {key for key in table(language) if key.startswith("engine.")} == codes


def test_both_languages_fill_in_the_same_values() -> None:
    for key in [key for key in table("en") if key.startswith("engine.")]:
        assert len({tuple(sorted(set(re.findall(r"{(\w+)}", table(lang)[key])))) for lang in LANGUAGES}) == 1, key
