"""Every practice that ships holds what a practice promises: it checks, its scenarios come out, its ends are reached."""

from functools import cache
from pathlib import Path

import pytest

from tests.support.practices import CALENDAR, files_in
from wanjia.model.capabilities import SIGNATURES
from wanjia.model.faults import Fault
from wanjia.practice.answers import validate_answers
from wanjia.practice.checker import check, prefix_faults
from wanjia.practice.diagram import read_diagram
from wanjia.practice.nouns import Practice
from wanjia.practice.quality import tier_of
from wanjia.practice.reader import read
from wanjia.practice.scenarios import Telling, run
from wanjia.practice.writer import write
from wanjia.texts import LANGUAGES

FOLDER = Path(__file__).parents[3] / "practices"
NAMES = sorted(path.parent.name for path in FOLDER.glob("*/practice.yaml"))
FIRST_FOUR = {"behind_meter_repair", "contact_card", "finding_rectification", "one_window_review"}


@cache
def practice(name: str) -> Practice:
    reading = read(files_in(FOLDER / name))
    assert reading.practice is not None, reading.faults
    return reading.practice


@cache
def faults(name: str) -> tuple[Fault, ...]:
    return check(files_in(FOLDER / name), SIGNATURES, CALENDAR, name)


@cache
def come_out(name: str, scenario: str) -> Telling:
    """What became of a scenario; run once for all that is asked of it."""
    return run(practice(name), next(one for one in practice(name).scenarios if one.name == scenario), CALENDAR)


SCENARIOS = [(name, path.stem) for name in NAMES for path in sorted((FOLDER / name / "scenarios").glob("*.yaml"))]
"""By their files alone: every process that collects this would read all practices for it."""


def test_the_first_four_are_there() -> None:
    assert set(NAMES) >= FIRST_FOUR


@pytest.mark.parametrize("name", NAMES)
def test_check_passes(name: str) -> None:
    assert faults(name) == ()


def test_no_two_share_a_prefix() -> None:
    assert prefix_faults({name: files_in(FOLDER / name) for name in NAMES}) == ()


@pytest.mark.parametrize(("name", "scenario"), SCENARIOS, ids=[f"{name}-{scenario}" for name, scenario in SCENARIOS])
def test_scenario_comes_out_as_told(name: str, scenario: str) -> None:
    assert come_out(name, scenario).problems == []
    told = next(one for one in practice(name).scenarios if one.name == scenario)
    assert told.expect, "a scenario that expects nothing cannot fail"


@pytest.mark.parametrize("name", NAMES)
def test_every_end_is_reached(name: str) -> None:
    ends = set(read_diagram("process.bpmn", practice(name).bpmn.encode()).results)
    states = [come_out(name, scenario.name).case.state for scenario in practice(name).scenarios]
    assert ends
    assert ends <= {state.end for state in states if state is not None}


@pytest.mark.parametrize("name", NAMES)
def test_texts_are_complete_in_both_languages(name: str) -> None:
    tables = [practice(name).texts[language] for language in LANGUAGES]
    assert tables[0].keys() == tables[1].keys()
    assert all(sentence.strip() for table in tables for sentence in table.values())
    chinese = sum(any("一" <= sign <= "鿿" for sign in sentence) for sentence in tables[0].values())
    assert chinese > 0.9 * len(tables[0])
    assert not any("一" <= sign <= "鿿" for sentence in tables[1].values() for sign in sentence)


@pytest.mark.parametrize("name", NAMES)
def test_every_clock_says_where_its_limit_is_written(name: str) -> None:
    assert practice(name).clocks
    assert all(len(e.source) >= 10 for clock in practice(name).clocks for e in clock.editions)


@pytest.mark.parametrize("name", NAMES)
def test_every_form_refuses_nonsense(name: str) -> None:
    for step, form in practice(name).forms.items():
        found = validate_answers(practice(name), step, {field: {"no": object.__name__} for field in form.fields}, {})
        assert {fault.where.column.partition(".")[0] for fault in found} >= set(form.fields) - set(form.show_if)


@pytest.mark.parametrize("name", NAMES)
def test_written_and_read_again_is_the_same(name: str) -> None:
    again = read(write(practice(name))).practice
    assert again == practice(name)


@pytest.mark.parametrize("name", NAMES)
def test_tier_is_silver_at_least(name: str) -> None:
    assert tier_of(dict(practice(name).checklist)) in ("silver", "gold", "platinum")
