"""`kill -9` of a worker while it computes a day: the next one does it from the beginning, nothing accepted is lost."""

import json
from pathlib import Path

import pytest

from tests.support.stores import filled_store

pytestmark = pytest.mark.heavy
PROGRAM = ("-m", "tests.support.killing_runs")


def test_a_day_whose_worker_is_killed_twice_is_computed_whole(tmp_path: Path) -> None:
    with filled_store("sqlite", tmp_path / "home") as store:
        accepted = json.loads(store.python(*PROGRAM, "fill"))["readings"]
        assert accepted > 0
        for stage in ("balance", "keep"):
            with pytest.raises(RuntimeError):
                store.python(*PROGRAM, "work", stage)
        assert json.loads(store.python(*PROGRAM, "work"))["worked"]
        told = json.loads(store.python(*PROGRAM, "told"))
    assert told == {
        "state": "done", "attempts": 3, "readings": accepted, "districts": 8, "days": 1, "changed": 0, "broken": [],
    }  # fmt: skip
