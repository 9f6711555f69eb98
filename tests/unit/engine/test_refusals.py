"""Every broken diagram is refused with exactly the sentences that stand beside it; nothing in it is ever run."""

import json

import pytest

from tests.support.processes import BROKEN, CASES, GOOD, broken, definition
from wanjia.engine import compile_source
from wanjia.texts import fault_sentence

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
