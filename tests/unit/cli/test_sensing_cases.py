"""The golden cases of sensing, through `wanjia sense` on their plain files."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.support.sensing_cases import CASES, MADE, write
from wanjia.cli.main import main

NAMES = sorted(path.parent.name for path in CASES.glob("*/expected.json"))
PLAIN = ("device_id", "level", "districts", "planned", "cause_hint", "customers", "split_from")


def sensed(folder: Path, expected: dict[str, Any], out: Path) -> dict[str, Any]:
    planned = ["--planned", str(folder / "planned.csv")] if (folder / "planned.csv").exists() else []
    network, events = str(folder / expected["network"]), str(folder / "events.csv")
    result = CliRunner().invoke(main, ["sense", network, events, *planned, "-o", str(out / "outages.csv"), "--json"])
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def apart(one: str | None, other: str | None) -> float:
    """Seconds; 0 where both are open."""
    if one is None or other is None:
        return 0.0 if one == other else float("inf")
    return abs((datetime.fromisoformat(one) - datetime.fromisoformat(other)).total_seconds())


@pytest.mark.parametrize("name", NAMES)
def test_what_the_events_of_a_case_tell(name: str, tmp_path: Path) -> None:
    expected = json.loads((CASES / name / "expected.json").read_text(encoding="utf-8"))
    result = sensed(CASES / name, expected, tmp_path)
    assert {one["outage_id"]: one["into"] for one in result["merged"]} == expected["merged"]
    found = result["outages"]
    assert [one["device_id"] for one in found] == [one["device_id"] for one in expected["outages"]]
    for one, wanted in zip(found, expected["outages"], strict=True):
        assert {key: one[key] for key in PLAIN if key in wanted} == {key: wanted[key] for key in PLAIN if key in wanted}
        assert [step["what"] for step in one["history"]] == wanted["history"]
        for time in ("starts_at", "ends_at"):
            assert apart(one[time], wanted[time]) <= expected["tolerance_seconds"], time
        assert one["detected_at"] <= wanted.get("detected_by", one["detected_at"])


def test_the_files_of_the_cases_are_what_their_formulas_make(tmp_path: Path) -> None:
    assert sorted(make.__name__ for make in MADE) == NAMES
    for make in MADE:
        write(tmp_path / make.__name__, make)
        for path in (tmp_path / make.__name__).iterdir():
            assert path.read_bytes() == (CASES / make.__name__ / path.name).read_bytes(), path.name
