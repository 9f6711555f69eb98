"""A work list for `wanjia plan`: the file, what the network beside it adds, and the problem that comes of both."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from wanjia.adapters.grid_files.folder import read_network
from wanjia.adapters.work_files.codec import Draft, ReadList
from wanjia.adapters.work_files.driver import read_work_list_file
from wanjia.kernels.planning.works.compiling import Compiled, compile_works
from wanjia.kernels.planning.works.faults import work_list_faults
from wanjia.kernels.planning.works.modes import Grid, propose
from wanjia.model.faults import Fault, Where
from wanjia.model.works import Work, WorkList

NETWORK = "network"
"""Name of the folder beside a work list in which its network is looked for."""
OF_HORIZON = frozenset({"planning.by_day", "planning.off_grid", "planning.mode_hours", "planning.no_days"})
"""Faults that may come of the stand-in for a horizon rather than of the file."""
OF_NAME = frozenset({"planning.repeated", "planning.no_id"})
"""Faults of a row's name alone, though told of the whole row."""


def compiled_list(file: Path, network: Path | None) -> tuple[Compiled | None, WorkList | None, tuple[Fault, ...]]:
    """The problem of a file; the list too where it could be understood, and every fault."""
    listed, faults = _listed(file, network)
    if listed is None:
        return None, None, faults
    if faults:
        return None, None, (*faults, *_further(listed, faults, file.name))
    made = compile_works(listed)
    return made.compiled, listed, tuple(_in_file(fault, file.name) for fault in made.faults)


def _in_file(fault: Fault, name: str) -> Fault:
    return replace(fault, where=replace(fault.where, file=name))


def _further(listed: WorkList, known: tuple[Fault, ...], name: str) -> list[Fault]:
    """What else is wrong with a list, besides what comes of its known faults and of the stand-ins for them."""
    paths = [fault.where.column for fault in known]
    named = not any(path.endswith(".id") or "." not in path for path in paths)
    found = (fault for fault in work_list_faults(listed) if named or fault.code != "planning.unknown")
    return [_in_file(fault, name) for fault in found if not any(_follows(fault, path) for path in paths)]


def _follows(fault: Fault, path: str) -> bool:
    """Whether a fault may come of what stands at `path`: it lies there, or is told of the row around it."""
    column = fault.where.column
    if _is_within(column, path) or (path.startswith("horizon") and fault.code in OF_HORIZON):
        return True
    if fault.code in OF_NAME:
        return path == f"{column}.id"
    draft = path.removesuffix(".hours").removesuffix(".device").removesuffix(".kinds")
    return _is_within(path, column) or (draft != path and _is_within(column, f"{draft}.modes"))


def _is_within(path: str, other: str) -> bool:
    return path == other or path.startswith((f"{other}.", f"{other}["))


def _listed(file: Path, network: Path | None) -> tuple[WorkList | None, tuple[Fault, ...]]:
    """The list as far as it is understood; one with faults is for further checks only."""
    read = read_work_list_file(file)
    if read.listed is None:
        return None, read.faults
    folder = network or (file.parent / NETWORK if (file.parent / NETWORK).is_dir() else None)
    if folder is None or not (network or read.drafts):
        missing = [
            Fault("planning.no_network", Where(file.name, 0, f"works[{draft.at}].modes")) for draft in read.drafts
        ]
        return read.listed, (*read.faults, *missing)
    tables = read_network(folder)
    if tables.network is None or tables.faults or tables.unsound:
        return None, (*read.faults, *tables.faults, *tables.unsound)
    spare = {} if "ties" in read.open_fields else {tie.id: tie.spare_kva for tie in read.listed.ties}
    return _completed(read, Grid.of(tables.network, spare), file.name)


def _completed(read: ReadList, grid: Grid, name: str) -> tuple[WorkList | None, tuple[Fault, ...]]:
    """The list with modes, places, districts and ties from the network."""
    assert read.listed is not None
    works, faults = list(read.listed.works), [*read.faults]
    for draft in read.drafts:
        if draft.job.device in grid.row_of_branch:
            works[draft.at] = _with_modes(works[draft.at], draft, grid)
        else:
            where = Where(name, 0, f"works[{draft.at}].device")
            faults.append(Fault("planning.unknown_device", where, {"value": draft.job.device}))
    listed = replace(read.listed, works=tuple(works))
    if "districts" in read.open_fields:
        named = _named(listed)
        listed = replace(listed, districts=tuple(row for row in grid.served() if row.id in named))
    if "ties" in read.open_fields:
        used = {tie for work in works for mode in work.modes for tie, _ in mode.takes_over}
        listed = replace(listed, ties=tuple(tie for tie in grid.ties() if tie.id in used))
    return listed, tuple(faults)


def _with_modes(work: Work, draft: Draft, grid: Grid) -> Work:
    feeder, longitude, latitude = grid.place(draft.job.device)
    found: dict[str, Any] = {
        "feeder": feeder,
        "longitude": longitude,
        "latitude": latitude,
        "modes": propose(grid, draft.job),
    }
    return replace(work, **{name: value for name, value in found.items() if name in draft.open_fields})


def _named(listed: WorkList) -> set[str]:
    """Districts that the list speaks of."""
    dark = {name for work in listed.works for mode in work.modes for name in (*mode.dark, *mode.gap)}
    kept = {name for blackout in listed.blackouts for name in blackout.districts}
    fed = {name for user in listed.double_sources for source in user.sources for name in source}
    return dark | kept | fed
