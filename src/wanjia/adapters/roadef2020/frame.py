"""Everything of an instance but its interventions' workloads and risks: horizon, resources, seasons, exclusions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from wanjia.adapters.roadef2020.findings import Findings, are_names
from wanjia.kernels.planning.problem import Bools, Floats, Ints

SLOTS_MAX = 10_000
"""Time steps of an instance; the challenge's have 365 at most."""
SCENARIOS_MAX = 100_000


@dataclass(frozen=True)
class Frame:
    """What the interventions of an instance are read against; arrays as in `Problem`."""

    slots: int
    scenarios: Ints
    resources: tuple[str, ...]
    least: Floats
    most: Floats
    seasons: tuple[str, ...]
    masks: Bools
    mean_share: float
    quantile: float


def read_frame(data: Mapping[str, Any], findings: Findings) -> Frame:
    """The frame; what cannot be read is noted and left empty."""
    slots = int(findings.number(data, "T", "", 1, SLOTS_MAX))
    scenarios = findings.numbers(data, "Scenarios_number", "", slots)[:slots]
    if any(not (1 <= count <= SCENARIOS_MAX and count == int(count)) for count in scenarios):
        findings.add("scenarios", "Scenarios_number", most=SCENARIOS_MAX)
        scenarios = [1.0] * slots
    resources = findings.mapping(data, "Resources", "")
    limits = [_limits(resources, name, slots, findings) for name in resources]
    seasons = findings.mapping(data, "Seasons", "")
    return Frame(
        slots=slots,
        scenarios=np.array(scenarios, dtype=np.int64),
        resources=tuple(resources),
        least=np.array([low for low, _ in limits], dtype=np.float64).ravel(),
        most=np.array([high for _, high in limits], dtype=np.float64).ravel(),
        seasons=tuple(seasons),
        masks=np.array([_mask(seasons, name, slots, findings) for name in seasons], dtype=bool).reshape(-1, slots),
        mean_share=findings.number(data, "Alpha", "", 0, 1),
        quantile=findings.number(data, "Quantile", "", 1e-9, 1),
    )


def read_exclusions(data: Mapping[str, Any], names: Mapping[str, int], frame: Frame, findings: Findings) -> Ints:
    """[E, 3] two interventions and the row of their season."""
    rows = []
    for key, value in findings.mapping(data, "Exclusions", "").items():
        place = f"Exclusions.{key}"
        if not are_names(value, 3):
            findings.add("exclusion", place)
            continue
        unknown = [name for name in value[:2] if name not in names]
        for name in unknown:
            findings.add("unknown_intervention", place, name=name)
        if value[2] not in frame.seasons:
            findings.add("unknown_season", place, name=value[2])
        elif not unknown and value[0] == value[1]:
            findings.add("excludes_itself", place, name=value[0])
        elif not unknown:
            rows.append((names[value[0]], names[value[1]], frame.seasons.index(value[2])))
    return np.array(rows, dtype=np.int32).reshape(-1, 3)


def _limits(resources: Mapping[str, Any], name: str, slots: int, findings: Findings) -> tuple[list[float], list[float]]:
    place = f"Resources.{name}"
    row = findings.mapping(resources, name, "Resources")
    least, most = (findings.numbers(row, key, place, slots)[:slots] for key in ("min", "max")) if row else ([], [])
    crossed = [slot for slot, (low, high) in enumerate(zip(least, most, strict=True)) if low > high]
    if crossed:
        findings.add("crossed", place, slot=crossed[0] + 1)
    return least or [0.0] * slots, most or [0.0] * slots


def _mask(seasons: Mapping[str, Any], name: str, slots: int, findings: Findings) -> Bools:
    """[T] the slots of a season, which the file counts from 1, as numbers or as texts."""
    mask = np.zeros(slots, dtype=bool)
    value = seasons[name]
    for one in value if isinstance(value, list) else [value]:
        slot = int(one) if str(one).isdecimal() else 0
        if 1 <= slot <= slots:
            mask[slot - 1] = True
        else:
            findings.add("slot", f"Seasons.{name}", value=str(one)[:40], most=slots)
    return mask
