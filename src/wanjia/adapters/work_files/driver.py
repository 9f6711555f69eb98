"""Reads and writes work lists and plans."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wanjia.adapters.work_files.codec import FILE_BYTES_MAX, ReadList, read_plan, read_work_list, write_plan
from wanjia.model.faults import Fault
from wanjia.model.works import Placed


def read_work_list_file(path: Path) -> ReadList:
    """The list of a file and all its faults."""
    return read_work_list(_bytes(path), path.name)


def read_plan_file(path: Path) -> tuple[tuple[Placed, ...], tuple[Fault, ...]]:
    """The works of a plan and all faults of its file."""
    return read_plan(_bytes(path), path.name)


def write_plan_file(path: Path, answer: Mapping[str, Any]) -> None:
    """Writes a plan beside its place first, so that a broken run leaves the old one whole."""
    beside = path.with_name(f"{path.name}.part")
    beside.write_bytes(write_plan(answer))
    beside.replace(path)


def _bytes(path: Path) -> bytes:
    """One byte more than allowed at most, so that the codec sees a file that is too large."""
    with path.open("rb") as file:
        return file.read(FILE_BYTES_MAX + 1)
