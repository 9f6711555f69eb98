"""Billinton's radial feeder to the printed digits, and what must hold of any prediction."""

import csv
import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from wanjia.adapters.grid_files.folder import read_network
from wanjia.kernels.reliability.prediction import Failures, LoadPoints, Prediction, predict
from wanjia.kernels.topology.compiled import compile_network
from wanjia.model.network import protecting

GOLDEN = Path(__file__).parents[3] / "cases/reliability/billinton_radial_feeder"
EXPECTED = json.loads((GOLDEN / "expected.json").read_text(encoding="utf-8"))


def table(name: str) -> list[dict[str, str]]:
    with (GOLDEN / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def foretold(variant: str, switching_hours: float) -> Prediction:
    read = read_network(GOLDEN / variant)
    assert read.network is not None and not read.faults and not read.unsound
    network = read.network
    row_of = {name: row for row, name in enumerate(network.branches.ids)}
    failing = table("failures.csv")
    failures = Failures(
        np.array([row_of[row["branch_id"]] for row in failing], dtype=np.int32),
        np.array([float(row["failures_per_year"]) for row in failing]),
        np.array([float(row["repair_hours"]) for row in failing]),
    )
    loads = {row["district_id"]: float(row["load_kw"]) for row in table("loads.csv")}
    districts = network.districts
    points = LoadPoints(districts.node, districts.customers, np.array([loads[name] for name in districts.ids]))
    return predict(compile_network(network), protecting(network.branches), failures, points, switching_hours)


@pytest.mark.parametrize("variant", EXPECTED)
def test_the_printed_figures(variant: str) -> None:
    hours = json.loads((GOLDEN / "parameters.json").read_text(encoding="utf-8"))["switching_hours"]
    found = foretold(variant, hours)
    figures = {
        "saifi": found.saifi,
        "saidi_hours": found.saidi_hours,
        "caidi_hours": found.caidi_hours,
        "energy_not_supplied_mwh": found.energy_not_supplied_kwh / 1000,
    }
    for name, printed in EXPECTED[variant].items():
        digits = len(printed.split(".")[1])
        # Half a unit of the last digit; the books round 25.05 up.
        assert figures[name] == pytest.approx(float(printed), abs=0.5 * 10**-digits + 1e-9), name


def test_the_load_points_of_the_textbook() -> None:
    found = foretold("disconnects", 0.5)
    assert found.failures_per_year.tolist() == pytest.approx([1.0, 1.4, 1.2, 1.0])
    assert found.hours_per_year.tolist() == pytest.approx([1.5, 2.65, 3.3, 3.6])
    assert found.hours_per_failure.tolist() == pytest.approx([1.5, 2.65 / 1.4, 2.75, 3.6])


def test_switching_that_takes_longer_than_the_repair_is_not_done() -> None:
    never, plain = foretold("transfer", 100), foretold("fuses", 0.5)
    assert never.hours_per_year.tolist() == pytest.approx(plain.hours_per_year.tolist())


def test_each_device_more_makes_nobody_worse() -> None:
    hours = [foretold(variant, 0.5).hours_per_year for variant in ("no_fuses", "fuses", "disconnects", "transfer")]
    for worse, better in pairwise(hours):
        assert (better <= worse + 1e-12).all()
