"""Work lists through `wanjia plan`: the golden folders, and what the command says and writes."""

import json
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from wanjia.adapters.work_files.codec import write_plan, write_work_list
from wanjia.adapters.work_files.decoding import plain_of
from wanjia.adapters.work_files.schema import work_list_schema
from wanjia.cli._plan_list import compiled_list
from wanjia.cli.main import main
from wanjia.kernels.planning.plans.conflicts import explain
from wanjia.kernels.planning.plans.earliest import earliest
from wanjia.kernels.planning.plans.placing import choice_of, figures
from wanjia.kernels.planning.plans.planned import plan_of
from wanjia.kernels.planning.problem import price
from wanjia.kernels.planning.search.solving import solve

CASES = Path(__file__).parents[2] / "cases" / "planning"
NAMES = sorted(path.name for path in CASES.iterdir() if path.is_dir())
SECONDS = 20.0


def clock() -> Any:
    began = time.monotonic()
    return lambda: time.monotonic() - began


def expected_of(name: str) -> dict[str, Any]:
    return json.loads((CASES / name / "expected.json").read_text(encoding="utf-8"))


def answer_of(name: str) -> dict[str, Any]:
    """What the golden folder's list comes to: a plan, or the codes of what forbids one."""
    compiled, listed, faults = compiled_list(CASES / name / "works.json", None)
    if compiled is None:
        assert listed is not None, faults
        explained = explain(listed, SECONDS, clock())
        return {"faults": [one.code for one in (*faults, *explained.told)], "conflict": list(explained.works)}
    naive = earliest(compiled)
    found = solve(compiled.problem, SECONDS, 1, clock(), naive.choice if naive.is_complete else None)
    if not found.is_feasible:
        explained = explain(compiled.listed, SECONDS, clock())
        return {"faults": [one.code for one in explained.told], "conflict": list(explained.works)}
    plan = plan_of(compiled, found, naive)
    again, wrong = choice_of(compiled, plan.placed)
    assert not wrong
    assert price(compiled.problem, again).cost == pytest.approx(plan.cost)
    assert figures(compiled, again) == plan.figures
    return {**plain_of(plan), "saved": {one["mode"]: one["saved"] for one in plain_of(plan.savings)}}


@pytest.mark.parametrize("name", NAMES)
def test_golden_folder(name: str) -> None:
    expected, answer = expected_of(name), answer_of(name)
    placed = {one["work"]: one for one in answer.get("placed", [])}
    for work, wanted in expected.pop("placed", {}).items():
        assert placed[work]["mode"] == wanted["mode"]
        assert placed[work]["starts_at"].startswith(wanted.get("starts_on", ""))
    together = expected.pop("together", [])
    assert len({placed[work]["starts_at"] for work in together}) <= 1
    for key, wanted in expected.items():
        if isinstance(wanted, dict):
            found = {name: answer[key][name] for name in wanted}
            assert _flat(found) == pytest.approx(_flat(wanted), abs=1e-6), key
        else:
            assert answer[key] == wanted, key


def _flat(value: dict[str, Any], path: str = "") -> dict[str, float]:
    flat: dict[str, float] = {}
    for name, one in value.items():
        flat |= _flat(one, f"{path}{name}.") if isinstance(one, dict) else {f"{path}{name}": one}
    return flat


def test_the_command_plans_prices_and_names_what_a_moved_work_breaks(tmp_path: Path) -> None:
    case, out = CASES / "examination" / "works.json", tmp_path / "plan.json"
    run = CliRunner().invoke(main, ["plan", str(case), "--seconds", "5", "-o", str(out), "--language", "zh-Hans"])
    assert run.exit_code == 0, run.output
    assert "停电 10 时户" in run.output
    plan = json.loads(out.read_text(encoding="utf-8"))
    assert {one["work"] for one in plan["reasons"]} == {"W1"}
    priced = CliRunner().invoke(main, ["plan", "price", str(case), str(out), "--json"])
    assert priced.exit_code == 0
    assert json.loads(priced.stdout)["figures"] == plan["figures"]
    plan["placed"][0]["starts_at"] = "2026-06-08T08:00:00+08:00"
    out.write_text(json.dumps(plan), encoding="utf-8")
    moved = CliRunner().invoke(main, ["plan", "price", str(case), str(out), "--json"])
    assert moved.exit_code == 1
    assert [fault["code"] for fault in json.loads(moved.stdout)["faults"]] == ["planning.no_option"]


def test_the_command_says_why_nothing_fits() -> None:
    case = CASES / "nothing_fits" / "works.json"
    run = CliRunner().invoke(main, ["plan", str(case), "--seconds", "5", "--language", "en"])
    assert run.exit_code == 1
    assert "W1, W2" in run.output


def test_schema_takes_what_is_read_and_refuses_what_is_not() -> None:
    checker = jsonschema.Draft202012Validator(work_list_schema())
    for name in NAMES:
        checker.validate(json.loads((CASES / name / "works.json").read_text(encoding="utf-8")))
    compiled, _, _ = compiled_list(CASES / "examination" / "works.json", None)
    assert compiled is not None
    whole = json.loads(write_work_list(compiled.listed))
    checker.validate(whole)
    whole["works"][0]["modes"][0]["kind"] = "by_night"
    whole["blackout"] = []
    assert {error.validator for error in checker.iter_errors(whole)} >= {"additionalProperties"}


def test_schema_page_is_the_schema() -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "planning.schema.json"
    assert json.loads(page.read_text(encoding="utf-8")) == work_list_schema()


def test_every_fault_of_a_file_is_listed_at_once(tmp_path: Path) -> None:
    document = json.loads((CASES / "examination" / "works.json").read_text(encoding="utf-8"))
    document["horizon"]["days"] = "ten"
    document["works"][0]["modes"][0]["kind"] = "by_night"
    document["works"][0]["colour"] = "green"
    del document["blackouts"][0]["until_at"]
    file = tmp_path / "works.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    compiled, _, faults = compiled_list(file, None)
    assert compiled is None
    assert {(fault.code, fault.where.column) for fault in faults} == {
        ("planning.not_a_number", "horizon.days"),
        ("planning.choice", "works[0].modes[0].kind"),
        ("planning.unknown_field", "works[0].colour"),
        ("planning.missing", "blackouts[0].until_at"),
    }


def test_what_can_be_understood_is_checked_beside_what_cannot(tmp_path: Path) -> None:
    case = CASES / "tie_takes_over"
    document = json.loads((case / "works.json").read_text(encoding="utf-8"))
    works = document["works"]
    works[:] = [
        works[0],
        {**works[0], "colour": "green"},
        {**works[0], "id": "W9", "hours": -3},
        {**works[0], "id": "W8", "device": "L99"},
    ]
    document["horizon"]["first_on"] = "2026-02-30"
    document["crews"][0]["speed_kmh"] = 0
    document["precedences"] = [{"before": "W9", "after": "nobody"}]
    file = tmp_path / "works.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    assert {(fault.code, fault.where.column) for fault in compiled_list(file, case / "network")[2]} == {
        ("planning.unknown_field", "works[1].colour"),
        ("planning.day", "horizon.first_on"),
        ("planning.mode_hours", "works[2].hours"),
        ("planning.unknown_device", "works[3].device"),
        ("planning.repeated", "works[1]"),
        ("planning.range", "crews[0].speed_kmh"),
        ("planning.unknown", "precedences[0][1]"),
    }


def test_a_device_that_the_network_lacks_is_named(tmp_path: Path) -> None:
    case = CASES / "tie_takes_over"
    document = json.loads((case / "works.json").read_text(encoding="utf-8"))
    document["works"][0]["device"] = "L99"
    file = tmp_path / "works.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    assert [fault.code for fault in compiled_list(file, None)[2]] == ["planning.no_network"]
    assert [fault.code for fault in compiled_list(file, case / "network")[2]] == ["planning.unknown_device"]


def test_writing_a_plan_has_no_number_that_json_lacks() -> None:
    assert json.loads(write_plan({"bound": float("-inf"), "gap": float("nan")})) == {"bound": None, "gap": None}
