"""Reads a file of lines."""

from pathlib import Path

from wanjia.adapters.line_files.codec import read_lines
from wanjia.kernels.zones.entry import LineEntry
from wanjia.model.faults import Fault


def read_lines_file(path: Path) -> tuple[tuple[LineEntry, ...], tuple[Fault, ...]]:
    """Entries and faults of a GeoJSON file. Raises OSError when it cannot be opened."""
    return read_lines(path.read_bytes(), path.name)
