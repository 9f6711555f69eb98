"""Golden logs: input, column map, expected figures, and a README that says where the figures come from."""

import json
from pathlib import Path
from typing import Any

import pytest

from wanjia.adapters.event_log.column_map import ColumnMap
from wanjia.adapters.event_log.driver import read_column_map, read_log
from wanjia.cli._history_clocks import own_rules, work_calendar
from wanjia.cli._history_json import as_plain
from wanjia.kernels.history.audit import audit

HERE = Path(__file__).parent
FOLDERS = sorted(path.parent for path in HERE.glob("*/expected.json"))
TOLERANCE_DAYS = 1e-6


def audited(folder: Path) -> dict[str, Any]:
    """The folder's log through map, clocks and audit, as `--json` gives it."""
    map_path = folder / "map.yaml"
    column_map = read_column_map(map_path) if map_path.exists() else ColumnMap()
    decoded = read_log(next(folder.glob("log.*")), column_map)
    assert decoded.log is not None, decoded.faults
    rules = own_rules(column_map, work_calendar(column_map.calendar, column_map.zone))
    found = audit(decoded.log, column_map.plans, rules)
    return as_plain(found, [[] for _ in found.comparisons], None, [])


def differences(expected: Any, found: Any, at: str = "") -> list[str]:
    """Where `found` lacks or contradicts `expected`; keys that are not expected are free, lists are exact in length."""
    if isinstance(expected, dict):
        return [line for key in expected for line in differences(expected[key], found[key], f"{at}.{key}")]
    if isinstance(expected, list):
        if len(expected) != len(found):
            return [f"{at}: {len(expected)} expected, {len(found)} found"]
        pairs = enumerate(zip(expected, found, strict=True))
        return [line for n, (want, have) in pairs for line in differences(want, have, f"{at}[{n}]")]
    same = found == pytest.approx(expected, abs=TOLERANCE_DAYS) if isinstance(expected, float) else expected == found
    return [] if same else [f"{at}: {expected!r} expected, {found!r} found"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_figures_are_the_hand_made_ones(folder: Path) -> None:
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    assert differences(expected, audited(folder)) == []


def test_the_comparison_of_this_test_can_fail() -> None:
    assert differences({"a": [1.0, {"b": 2}]}, {"a": [1.1, {"b": 3}], "c": 0}) == [
        ".a[0]: 1.0 expected, 1.1 found",
        ".a[1].b: 2 expected, 3 found",
    ]
