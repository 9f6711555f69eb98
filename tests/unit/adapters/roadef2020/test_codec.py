"""Instances of the challenge: a small one by hand, all that can be wrong with one, and those that are published."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wanjia.adapters.roadef2020.codec import decode, encode
from wanjia.adapters.roadef2020.driver import read
from wanjia.kernels.planning.problem import price
from wanjia.model.faults import Refused

PUBLISHED = Path(__file__).parents[4] / ".." / "shared" / "data" / "roadef2020"


def instance() -> dict[str, Any]:
    """Two interventions, three slots, two scenarios in the second slot; by hand."""
    return {
        "T": 3,
        "Scenarios_number": [1, 2, 1],
        "Resources": {"crew": {"min": [0, 0, 0], "max": [2, 2, 2.5]}},
        "Seasons": {"winter": [1, "2"], "full": ["1", "2", "3"]},
        "Interventions": {
            "I1": {
                "tmax": "2",
                "Delta": [2.0, 1.0, 1.0],
                "workload": {"crew": {"1": {"1": 1.5}, "2": {"1": 1, "2": 2}, "3": {"1": 9, "3": 9}}},
                "risk": {"1": {"1": [3]}, "2": {"1": [4, 8], "2": [1, 2]}},
            },
            "I2": {
                "tmax": 3,
                "Delta": [1, 1, 1],
                "workload": {"crew": {"1": {"1": 1}, "2": {"2": 1}, "3": {"3": 1}}},
                "risk": {"1": {"1": [5]}, "2": {"2": [0, 10]}, "3": {"3": [7]}},
            },
        },
        "Exclusions": {"E1": ["I1", "I2", "winter"]},
        "Quantile": 0.6,
        "Alpha": 0.5,
    }


def read_back(row: dict[str, Any]) -> Any:
    return decode("small.json", json.dumps(row).encode())


def test_the_small_instance_costs_what_it_costs_by_hand() -> None:
    found = read_back(instance())
    problem = found.problem
    assert found.names == ("I1", "I2")
    assert problem.option_begin.tolist() == [0, 2, 5]
    assert problem.use_cell.tolist() == [0, 1, 1, 0, 1, 2]
    assert problem.use_amount.tolist() == [1.5, 1, 2, 1, 1, 1]
    apart = price(problem, np.array([0, 4]))
    # Slot 1: mean 3. Slot 2: mean 6, the ceil(0.6 * 2) = 2nd value is 8, excess 2. Slot 3: mean 7.
    assert apart.cost == pytest.approx((0.5 * 3 + 0.5 * 6 + 0.5 * 2 + 0.5 * 7) / 3)
    assert apart.is_feasible
    together = price(problem, np.array([0, 2]))
    assert {(one.kind, one.where, one.amount) for one in together.violations} == {
        ("resource_over", (0, 0), 0.5),
        ("exclusion", (0, 0, 1), 1.0),
    }
    assert encode(found, np.array([1, 4])) == b"I1 2\nI2 3\n"


def _set(*path: str | int, to: Any) -> Callable[[dict[str, Any]], None]:
    def change(row: dict[str, Any]) -> None:
        for key in path[:-1]:
            row = row[key]
        row[path[-1]] = to

    return change


def _drop(*path: str) -> Callable[[dict[str, Any]], None]:
    def change(row: dict[str, Any]) -> None:
        for key in path[:-1]:
            row = row[key]
        del row[path[-1]]

    return change


I1 = ("Interventions", "I1")
BROKEN = [
    (_drop("T"), "missing", "T"),
    (_drop("Alpha"), "missing", "Alpha"),
    (_drop(*I1, "risk"), "missing", "Interventions.I1.risk"),
    (_drop("Interventions"), "missing", "Interventions"),
    (_set("T", to="3"), "range", "T"),
    (_set("Quantile", to=1.5), "range", "Quantile"),
    (_set("Scenarios_number", to=[1, 2]), "numbers", "Scenarios_number"),
    (_set("Scenarios_number", to=[1, 0, 1]), "scenarios", "Scenarios_number"),
    (_set("Interventions", to={}), "interventions", "Interventions"),
    (_set("Interventions", "I1", to=[]), "shape", "Interventions.I1"),
    (_set("Resources", "crew", "max", to=[1, "2", 3]), "numbers", "Resources.crew.max"),
    (_set("Resources", "crew", "min", to=[0, 3, 0]), "crossed", "Resources.crew"),
    (_set("Seasons", "winter", to=[4]), "slot", "Seasons.winter"),
    (_set("Exclusions", "E1", to=["I1", "I2"]), "exclusion", "Exclusions.E1"),
    (_set("Exclusions", "E1", to=["I1", "I9", "winter"]), "unknown_intervention", "Exclusions.E1"),
    (_set("Exclusions", "E1", to=["I1", "I2", "spring"]), "unknown_season", "Exclusions.E1"),
    (_set("Exclusions", "E1", to=["I1", "I1", "winter"]), "excludes_itself", "Exclusions.E1"),
    (_set(*I1, "workload", to={"truck": {}}), "unknown_resource", "Interventions.I1.workload.truck"),
    (_set(*I1, "workload", "crew", to={"4": {"1": 1}}), "slot", "Interventions.I1.workload.crew"),
    (_set(*I1, "workload", "crew", "1", to={"4": 1}), "slot", "Interventions.I1.workload.crew.1"),
    (_set(*I1, "workload", "crew", "1", to={"1": "1"}), "numbers", "Interventions.I1.workload.crew.1"),
    (_set(*I1, "workload", "crew", "1", to=[1]), "shape", "Interventions.I1.workload.crew.1"),
    (_set(*I1, "tmax", to=4), "range", "Interventions.I1.tmax"),
    (_set(*I1, "Delta", to=[2]), "numbers", "Interventions.I1.Delta"),
    (_set(*I1, "Delta", to=[2, 3]), "ends_outside", "Interventions.I1.Delta"),
    (_drop(*I1, "risk", "2"), "risk_missing", "Interventions.I1.risk.2.1"),
    (_set(*I1, "risk", "2", "1", to=[4]), "risk_length", "Interventions.I1.risk.2.1"),
    (_set(*I1, "risk", "2", "1", to=[4, "x"]), "risk_numbers", "Interventions.I1.risk"),
    (_set(*I1, "risk", "2", "1", to=[4, None]), "risk_numbers", "Interventions.I1.risk"),
]


@pytest.mark.parametrize(("change", "code", "place"), BROKEN, ids=[f"{code}-{place}" for _, code, place in BROKEN])
def test_each_fault_is_told_with_its_place(change: Callable[[dict[str, Any]], None], code: str, place: str) -> None:
    row = instance()
    change(row)
    with pytest.raises(Refused) as refused:
        read_back(row)
    assert (f"roadef.{code}", place) in [(fault.code, fault.where.column) for fault in refused.value.faults]


def test_all_faults_are_told_at_once() -> None:
    row = instance()
    row["Alpha"], row["Interventions"]["I2"]["tmax"] = 2, 0
    row["Exclusions"]["E2"] = ["I1", "I3", "winter"]
    with pytest.raises(Refused) as refused:
        read_back(row)
    assert sorted(fault.code for fault in refused.value.faults) == [
        "roadef.range", "roadef.range", "roadef.unknown_intervention",
    ]  # fmt: skip


@pytest.mark.parametrize(("data", "code"), [(b"{", "not_json"), (b"[]", "shape"), (b"\xff\xfe{", "not_json")])
def test_what_is_no_instance_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        decode("broken.json", data)
    assert [fault.code for fault in refused.value.faults] == [f"roadef.{code}"]


@pytest.mark.skipif(not PUBLISHED.exists(), reason="needs ../shared/data/roadef2020")
@pytest.mark.parametrize(("name", "works", "slots"), [("A_01", 181, 90), ("A_03", 91, 90), ("A_08", 18, 17)])
def test_published_instances_are_read_without_a_fault(name: str, works: int, slots: int) -> None:
    found = read(PUBLISHED / f"{name}.json")
    assert (found.problem.works, found.problem.slots) == (works, slots)
    assert len(found.problem.risk) == int(found.problem.risk_begin[-1])
