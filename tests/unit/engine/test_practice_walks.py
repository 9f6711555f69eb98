"""The same laws on every practice that comes with the product: whatever people do, tokens, tasks and clocks agree."""

from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.walks import Walk
from wanjia.practice.nouns import Practice
from wanjia.practice.reader import read

PRACTICES = sorted(path for path in (Path(__file__).parents[3] / "practices").glob("*") if path.is_dir())
MOST = 30
# What a person may be told while answers are drawn at random: lists that hold nothing yet, tables without a row.
REFUSALS = frozenset({"engine.items_not_a_list", "decision.no_rule", "decision.several_rules", "expression.type"})


@cache
def practice(folder: Path) -> Practice:
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    reading = read(files)
    assert reading.practice is not None, reading.faults
    return reading.practice


@pytest.mark.parametrize("folder", PRACTICES, ids=[path.name for path in PRACTICES])
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_random_walk_through_a_practice(folder: Path, data: st.DataObject) -> None:
    read_once = practice(folder)
    defaults = {name: setting.default for name, setting in read_once.inputs.items()}
    walk = Walk(read_once.definition, data.draw, settings=defaults, refusals=REFUSALS)
    walk.start = walk.answers(tuple(read_once.forms["start"].fields) if "start" in read_once.forms else ())
    walk.run(MOST)
