"""Golden cases of the diagnosis, worked out by hand: a swapped pair; load, voltage and unbalance at limits."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wanjia.kernels.balance.day.loading import loading_of, unbalance_of, voltage_of
from wanjia.kernels.balance.diagnosis.hourly import CUSTOMER, HOURS, MASTER, Hourly, losses_of
from wanjia.kernels.balance.diagnosis.pairing import Near, find_moves, side_of

CASES = Path(__file__).parents[3] / "cases" / "balance_diagnosis"


def read(case: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Input and expected."""
    both = [json.loads((CASES / case / name).read_text(encoding="utf-8")) for name in ("input.json", "expected.json")]
    return both[0], both[1]


def test_a_swapped_pair_is_found_and_named() -> None:
    given, expected = read("swapped_pair")
    days, customers = given["days"], given["customers"]
    curves = {}
    for name, each in customers.items():
        hours = np.full((days, HOURS), 0.1)
        hours[:, each["at"]] = 1.0
        curves[name] = (hours * np.array(each["days"])[:, None]).ravel()
    names, rows, district, role = [], [], [], []
    for at, code in enumerate("AB"):
        fed = sum(curves[name] for name, each in customers.items() if each["fed_by"] == code)
        names.append(f"master {code}")
        rows.append(fed + given["standing_kwh"])
        booked = [name for name, each in customers.items() if each["booked"] == code]
        names += booked
        rows += [curves[name] for name in booked]
        district += [at] * (1 + len(booked))
        role += [MASTER] + [CUSTOMER] * len(booked)
    where = np.array(district, dtype=np.int32)
    hours = Hourly(
        np.array(rows, dtype=np.float32),
        where,
        np.array(role, dtype=np.int8),
        np.searchsorted(where, [0, 1, 2]).astype(np.int32),
        np.zeros((2, days * HOURS), dtype=np.float32),
    )
    losses = losses_of(hours, np.full(len(names), 4, dtype=np.int8))
    near = Near((np.array([1], dtype=np.int32), np.array([0], dtype=np.int32)))
    moves, righted = find_moves(hours, losses, near)
    told = [
        {
            "meter": names[move.meter],
            "booked": "AB"[move.booked],
            "fed_by": None if move.fed_by is None else "AB"[move.fed_by],
            "partner": None if move.partner is None else names[move.partner],
        }
        for move in moves
    ]
    assert sorted(told, key=lambda one: str(one["meter"])) == expected["moves"]
    for at in range(2):
        side = side_of(hours, righted, at)
        assert side is not None
        assert np.abs(side.basis.left).max() == pytest.approx(
            expected["unexplained_kwh"], abs=expected["tolerance_kwh"]
        )


def numbers(values: list[float | None]) -> list[float]:
    """None as NaN."""
    return [np.nan if value is None else float(value) for value in values]


def test_loads_voltages_and_phases_at_their_limits() -> None:
    given, expected = read("heavy_load_and_voltage")
    names = list(given["loads"])
    found = loading_of(
        np.array([numbers(given["loads"][name]["kw"]) for name in names]),
        np.array(numbers([given["loads"][name]["kva"] for name in names])),
        given["power_factor"],
    )
    assert [name for name, is_so in zip(names, found.heavy, strict=True) if is_so] == expected["heavy"]
    assert [name for name, is_so in zip(names, found.overloaded, strict=True) if is_so] == expected["overloaded"]
    assert dict(zip(names, found.heavy_points.tolist(), strict=True)) == expected["heavy_points"]
    assert found.peak.tolist() == pytest.approx(numbers(list(expected["peak"].values())), nan_ok=True)

    places = list(given["volts"])
    volts = voltage_of(np.array([numbers(given["volts"][place]) for place in places]))
    assert [place for place, is_so in zip(places, volts.is_low, strict=True) if is_so] == expected["is_low"]
    assert volts.within.tolist() == pytest.approx(numbers(list(expected["within"].values())), nan_ok=True)

    kinds = list(given["amperes"])
    amperes = np.repeat(np.array([given["amperes"][kind] for kind in kinds], dtype=float)[:, :, None], 12, axis=2)
    skew = unbalance_of(amperes, np.full(len(kinds), 100.0))
    assert [kind for kind, is_so in zip(kinds, skew.is_unbalanced, strict=True) if is_so] == expected["unbalanced"]
    assert skew.mean.tolist() == pytest.approx(numbers(list(expected["unbalance"].values())), nan_ok=True)
