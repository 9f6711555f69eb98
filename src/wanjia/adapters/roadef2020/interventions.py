"""Interventions to options with their workload and risk. Numbers are flattened in bulk: files hold tens of millions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wanjia.adapters.roadef2020.findings import Findings, are_numbers
from wanjia.adapters.roadef2020.frame import Frame
from wanjia.kernels.planning.problem import Floats, Ints


@dataclass
class Options:
    """The options of all interventions as they are read, one intervention behind the other."""

    begin: list[int] = field(default_factory=lambda: [0])
    start: list[int] = field(default_factory=list)
    duration: list[int] = field(default_factory=list)
    uses: list[tuple[Ints, Ints, Floats]] = field(default_factory=list)
    """Option, cell, amount."""
    risk: list[Floats] = field(default_factory=list)


def read_options(rows: Mapping[str, Any], frame: Frame, findings: Findings) -> Options:
    """Every intervention's options; what is wrong is noted."""
    options = Options()
    keys = [str(slot) for slot in range(1, frame.slots + 1)]
    slot_of = {key: slot for slot, key in enumerate(keys)}
    for name in rows:
        row = findings.mapping(rows, name, "Interventions")
        if not row:
            continue
        place = f"Interventions.{name}"
        durations = _durations(row, place, frame, findings)
        options.uses.append(_workload(row, place, durations, len(options.start), frame, slot_of, findings))
        options.risk.append(_risk(row, place, durations, frame, keys, findings))
        options.start += range(len(durations))
        options.duration += durations
        options.begin.append(len(options.start))
    return options


def _durations(row: Mapping[str, Any], place: str, frame: Frame, findings: Findings) -> list[int]:
    """Slots by start; an intervention that can begin nowhere is a fault."""
    value = str(row.get("tmax"))
    latest = int(value) if value.isdecimal() else 0
    if not 1 <= latest <= frame.slots:
        findings.add("range", f"{place}.tmax", value=value[:40], least="1", most=str(frame.slots))
        return []
    durations = [int(one) for one in findings.numbers(row, "Delta", place, latest)[:latest]]
    for start, duration in enumerate(durations):
        if duration < 1 or start + duration > frame.slots:
            findings.add("ends_outside", f"{place}.Delta", start=start + 1, slots=duration, most=frame.slots)
            return []
    return durations


def _workload(
    row: Mapping[str, Any],
    place: str,
    durations: list[int],
    first: int,
    frame: Frame,
    slot_of: Mapping[str, int],
    findings: Findings,
) -> tuple[Ints, Ints, Floats]:
    """Option, cell and amount of all that an intervention uses while it goes on; other entries mean nothing."""
    starts: list[str] = []
    amounts: list[float] = []
    lengths: list[int] = []
    cells: list[int] = []
    for name, by_slot in findings.mapping(row, "workload", place).items():
        where = f"{place}.workload.{name}"
        if name not in frame.resources or not isinstance(by_slot, dict):
            findings.add("unknown_resource" if name not in frame.resources else "shape", where, name=name, wanted="{}")
            continue
        for slot, by_start in by_slot.items():
            if not _is_workload(slot, by_start, where, slot_of, findings):
                continue
            cells.append(frame.resources.index(name) * frame.slots + slot_of[slot])
            starts.extend(by_start)
            amounts.extend(by_start.values())
            lengths.append(len(by_start))
    begin = np.fromiter(map(slot_of.__getitem__, starts), dtype=np.int64, count=len(starts))
    return _within(begin, np.repeat(np.array(cells, dtype=np.int64), lengths),
                   np.array(amounts, dtype=np.float64), durations, first, frame.slots)  # fmt: skip


def _is_workload(slot: str, by_start: object, where: str, slot_of: Mapping[str, int], findings: Findings) -> bool:
    if slot not in slot_of:
        findings.add("slot", where, value=slot[:40], most=len(slot_of))
    elif not isinstance(by_start, dict):
        findings.add("shape", f"{where}.{slot}", wanted="{}")
    elif not by_start.keys() <= slot_of.keys():
        wrong = next(one for one in by_start if one not in slot_of)
        findings.add("slot", f"{where}.{slot}", value=wrong[:40], most=len(slot_of))
    elif not are_numbers(by_start.values()):
        findings.add("numbers", f"{where}.{slot}", count=len(by_start))
    else:
        return True
    return False


def _within(
    starts: Ints, cells: Ints, amounts: Floats, durations: list[int], first: int, slots: int
) -> tuple[Ints, Ints, Floats]:
    length = np.zeros(slots, dtype=np.int64)
    length[: len(durations)] = durations
    slot = cells % slots
    keep = (amounts != 0) & (slot >= starts) & (slot < starts + length[starts])
    return first + starts[keep], cells[keep], amounts[keep]


def _risk(
    row: Mapping[str, Any], place: str, durations: list[int], frame: Frame, keys: list[str], findings: Findings
) -> Floats:
    """Risk of each option's slots in order, each with that slot's scenarios."""
    by_slot = findings.mapping(row, "risk", place)
    lists: list[Sequence[float]] = []
    for start, duration in enumerate(durations):
        begin = keys[start]
        for slot in range(start, start + duration):
            try:
                lists.append(by_slot[keys[slot]][begin])
            except (KeyError, TypeError, IndexError):
                findings.add("risk_missing", f"{place}.risk.{slot + 1}.{begin}")
                return np.zeros(0)
    return _flat(lists, place, durations, frame, findings)


def _flat(lists: list[Sequence[float]], place: str, durations: list[int], frame: Frame, findings: Findings) -> Floats:
    length = np.array(durations, dtype=np.int64)
    begins = np.concatenate([[0], np.cumsum(length)])
    start = np.repeat(np.arange(len(durations)), length)
    slot = np.arange(begins[-1]) - begins[start] + start
    wanted: NDArray[np.int64] = np.asarray(frame.scenarios, dtype=np.int64)[slot]
    wrong = [at for at, one in enumerate(lists) if not isinstance(one, list) or len(one) != wanted[at]]
    for at in wrong[:1]:
        findings.add("risk_length", f"{place}.risk.{slot[at] + 1}.{start[at] + 1}", count=int(wanted[at]))
    if wrong:
        return np.zeros(0)
    try:
        flat = np.fromiter(chain.from_iterable(lists), dtype=np.float64, count=int(wanted.sum()))
    except (TypeError, ValueError):
        flat = np.full(1, np.nan)
    if not np.isfinite(flat).all():
        findings.add("risk_numbers", f"{place}.risk")
        return np.zeros(0)
    return flat
