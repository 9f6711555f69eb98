"""Bytes of an instance to a planning problem, or to all that is wrong with it; a choice to bytes. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from wanjia.adapters.roadef2020.findings import Findings
from wanjia.adapters.roadef2020.frame import Frame, read_exclusions, read_frame
from wanjia.adapters.roadef2020.interventions import Options, read_options
from wanjia.kernels.planning.problem import Floats, Ints, Problem
from wanjia.model.faults import Refused

WORKS_MAX = 20_000
"""Interventions of an instance; the challenge's have some seven hundred."""


@dataclass(frozen=True, eq=False)
class Instance:
    """An instance: the problem, and the name of each of its works."""

    problem: Problem
    names: tuple[str, ...]


def decode(file: str, data: bytes) -> Instance:
    """The instance in `data`; `file` is its name as a person knows it. Raises Refused with every fault."""
    findings = Findings(file)
    row = _parsed(data, findings)
    if findings.faults:
        raise Refused(findings.faults)
    frame = read_frame(row, findings)
    rows = findings.mapping(row, "Interventions", "")
    if "Interventions" in row and not 1 <= len(rows) <= WORKS_MAX:
        findings.add("interventions", "Interventions", most=WORKS_MAX)
    names = {name: at for at, name in enumerate(rows)}
    exclusions = read_exclusions(row, names, frame, findings)
    options = read_options(rows, frame, findings) if len(rows) <= WORKS_MAX else Options()
    if findings.faults:
        raise Refused(findings.faults)
    return Instance(_problem(frame, options, exclusions), tuple(names))


def encode(instance: Instance, choice: Ints) -> bytes:
    """A solution: one line for each intervention, its name and its start, counted from 1."""
    starts = instance.problem.start[choice] + 1
    lines = (f"{name} {start}\n" for name, start in zip(instance.names, starts, strict=True))
    return "".join(lines).encode()


def _parsed(data: bytes, findings: Findings) -> Mapping[str, Any]:
    try:
        row = json.loads(data)
    except (ValueError, RecursionError) as error:
        findings.add("not_json", "", reason=str(error)[:200])
        return {}
    if not isinstance(row, dict):
        findings.add("shape", "", wanted="{}")
        return {}
    return row


def _problem(frame: Frame, options: Options, exclusions: Ints) -> Problem:
    count = len(options.start)
    begin, cell, amount = _in_order(options, count)
    start, duration = np.array(options.start, dtype=np.int32), np.array(options.duration, dtype=np.int32)
    scenario_begin = np.concatenate([[0], np.cumsum(frame.scenarios)]).astype(np.int64)
    lengths = scenario_begin[start + duration] - scenario_begin[start]
    whole, small = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int16)
    return Problem(
        slots=frame.slots,
        option_begin=np.array(options.begin, dtype=np.int32),
        start=start,
        duration=duration,
        mode=np.zeros(count, dtype=np.int16),
        use_begin=begin,
        use_cell=cell,
        use_amount=amount,
        least=frame.least,
        most=frame.most,
        scenario_begin=scenario_begin,
        risk_begin=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        risk=np.concatenate(options.risk),
        dark_begin=np.zeros(count + 1, dtype=np.int32),
        dark_atom=whole,
        dark_from=small,
        dark_until=small,
        atom_weight=np.zeros(0),
        level=np.zeros(0),
        day_of_slot=np.arange(frame.slots, dtype=np.int32),
        dark_days_most=whole,
        never_all_begin=np.zeros(1, dtype=np.int32),
        never_all_atom=whole,
        exclusion=exclusions[:, :2],
        exclusion_mask=exclusions[:, 2],
        masks=frame.masks,
        precedence=np.zeros((0, 3), dtype=np.int32),
        mean_share=frame.mean_share,
        quantile=frame.quantile,
    )


def _in_order(options: Options, count: int) -> tuple[Ints, Ints, Floats]:
    """Uses by option: where each option's begin, their cells, their amounts."""
    option, cell = (np.concatenate([use[part] for use in options.uses]) for part in (0, 1))
    amount = np.concatenate([use[2] for use in options.uses])
    order = np.argsort(option, kind="stable")
    begin = np.concatenate([[0], np.cumsum(np.bincount(option, minlength=count))]).astype(np.int64)
    return begin, cell[order].astype(np.int32), amount[order]
