"""`wanjia plan --format roadef2020` on files: a plan written and told, faults listed, a published instance proven."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from tests.unit.adapters.roadef2020.test_codec import PUBLISHED, instance
from wanjia.adapters.roadef2020.driver import read
from wanjia.cli.main import main
from wanjia.kernels.planning.problem import price

BEST_KNOWN = {"A_03": 848.178611, "A_08": 744.293235}


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.chdir(tmp_path)


def plan(file: Path, *arguments: str, status: int = 0) -> dict[str, Any]:
    result = CliRunner().invoke(main, ["plan", "--format", "roadef2020", str(file), "--json", *arguments])
    assert result.exit_code == status, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def cost_of(instance_file: Path, solution: Path) -> float:
    """Price of a written solution, read back line by line."""
    found = read(instance_file)
    starts = dict(line.split() for line in solution.read_text().splitlines())
    assert list(starts) == list(found.names)
    choice = [
        int(begin) + int(starts[name]) - 1
        for name, begin in zip(found.names, found.problem.option_begin[:-1], strict=True)
    ]
    priced = price(found.problem, np.array(choice))
    assert priced.is_feasible
    return priced.cost


def test_a_plan_is_written_and_told() -> None:
    file = Path("small.json")
    file.write_text(json.dumps(instance()))
    found = plan(file, "--seconds", "5", "-o", "out.txt")
    assert (found["feasible"], found["optimal"], found["faults"]) == (True, True, [])
    assert cost_of(file, Path("out.txt")) == pytest.approx(found["objective"])
    assert found["objective"] == pytest.approx(0.5 * found["objective_1"] + 0.5 * found["objective_2"])
    said = CliRunner().invoke(main, ["plan", "--format", "roadef2020", "small.json", "--seconds", "2"])
    assert said.exit_code == 0
    assert "there is no better plan" in said.stdout


def test_faults_and_a_file_without_a_plan_end_with_one() -> None:
    row = instance()
    row["Interventions"]["I1"]["tmax"] = 9
    Path("wrong.json").write_text(json.dumps(row))
    assert [fault["code"] for fault in plan(Path("wrong.json"), status=1)["faults"]] == ["roadef.range"]
    row = instance()
    row["Resources"]["crew"]["max"] = [1, 1, 0]
    Path("tight.json").write_text(json.dumps(row))
    found = plan(Path("tight.json"), "--seconds", "5", "-o", "out.txt", status=1)
    assert [fault["code"] for fault in found["faults"]] == ["plan.impossible"]
    assert not Path("out.txt").exists()


@pytest.mark.heavy
@pytest.mark.skipif(not PUBLISHED.exists(), reason="needs ../shared/data/roadef2020")
@pytest.mark.parametrize("name", sorted(BEST_KNOWN))
def test_published_instances_come_within_two_in_ten_thousand(name: str) -> None:
    file = PUBLISHED / f"{name}.json"
    found = plan(file, "--seconds", "25", "-o", "out.txt")
    assert cost_of(file, Path("out.txt")) == pytest.approx(found["objective"])
    assert found["objective"] <= BEST_KNOWN[name] * 1.0002
    assert found["objective"] >= BEST_KNOWN[name] * (1 - 1e-6)
    assert found["optimal"] == (name == "A_03")
