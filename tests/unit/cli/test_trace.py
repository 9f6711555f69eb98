"""`wanjia trace`: what is dark in a state, to the letter of the formats page."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from wanjia.cli.main import main

GOLDEN = Path(__file__).parents[2] / "cases/topology"


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.chdir(GOLDEN / "ring_of_two_feeders")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["trace", "network", *arguments])


def traced(*arguments: str) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.count("\n") == 1
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def states() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((GOLDEN / "ring_of_two_feeders/expected.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("state", states(), ids=lambda state: state["name"])
def test_golden_states(state: dict[str, Any]) -> None:
    arguments = [part for side in ("open", "close") if state[side] for part in (f"--{side}", ",".join(state[side]))]
    assert traced(*arguments) == state["dark"]


def test_an_option_given_twice_is_a_longer_list() -> None:
    assert traced("--open", "sw-2", "--open", "sw-4") == traced("--open", "sw-2,sw-4")


def test_people_get_a_sentence() -> None:
    assert run().stdout == "Everything is energised.\n"
    assert run("--open", "cb-1").stdout == "Dark: 2 districts, 7 customers, 4 meters, 6 nodes. Districts: D1, D2\n"
    assert "停电：台区 2 个" in run("--open", "cb-1", "--language", "zh-Hans").stdout


def test_a_branch_that_is_not_there_is_wrong_use_and_every_one_is_named() -> None:
    result = run("--open", "sw-9,zzz", "--close", "tie", "--open", "tie")
    assert result.exit_code == 2
    assert not result.stdout
    for part in (
        "There is no branch sw-9. Was one of these meant: sw-",
        "There is no branch zzz.",
        "The branch tie cannot",
    ):
        assert part in result.stderr


def test_a_network_that_cannot_be_read_is_answered_by_its_faults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "network").mkdir()
    (tmp_path / "network/nodes.csv").write_text("node_id,kind\na,pole\n", encoding="utf-8")
    result = run("--json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == ["branches.csv", "districts.csv"]
