"""`kill -9` of web and worker processes while requests are answered and deadlines come due: nothing lost or doubled.

WANJIA_KILLS says how many per store; without it a few, with CI set twelve. The full count is 500:
`WANJIA_KILLS=500 make test ARGS="--heavy -s tests/simulation/test_kills.py"`.
"""

import json
import os
import sys
from pathlib import Path

import pytest

from tests.support import killing
from tests.support.machine import needs
from tests.support.stores import filled_store

KILLS = int(os.environ.get("WANJIA_KILLS") or (12 if os.environ.get("CI") else 6))

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds processes in /proc"),
]


def check(result: dict[str, object]) -> None:
    """Everything that must be empty is, and there was enough of everything else."""
    print("\n" + json.dumps(result, ensure_ascii=False))
    for name in ("lost", "doubled", "unasked", "tasks_lost", "clocks_lost", "clocks_doubled", "clocks_early_or_mixed",
                 "histories_broken", "states_unlike_rows", "faults", "hung"):  # fmt: skip
        assert result[name] == [], name
    assert result["settled"] and sum(result["kills"].values()) == KILLS
    assert result["acknowledged"] >= KILLS and result["clocks_fired"] >= KILLS and result["cut_off"] > 0


def test_nothing_is_lost_or_doubled_on_sqlite(tmp_path: Path) -> None:
    with filled_store("sqlite", tmp_path / "home") as store:
        check(killing.run(store, tmp_path, KILLS))


@needs("postgres")
def test_nothing_is_lost_or_doubled_on_postgresql(tmp_path: Path, postgres_server: str) -> None:
    with filled_store("postgres", tmp_path / "home", postgres_server) as store:
        check(killing.run(store, tmp_path, KILLS))
