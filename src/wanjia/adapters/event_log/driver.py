"""Reads log and map files; the only place of this adapter that touches the disk."""

from pathlib import Path

from wanjia.adapters.event_log.codec import Decoded, decode, decode_map
from wanjia.adapters.event_log.column_map import MAP_BYTES_MAX, ColumnMap
from wanjia.adapters.event_log.rows import LOG_BYTES_MAX


def read_log(path: Path, column_map: ColumnMap) -> Decoded:
    """The log in `path`, never more of it than the limit."""
    return decode(path.name, _read(path, LOG_BYTES_MAX), column_map)


def read_column_map(path: Path) -> ColumnMap:
    """The column map in `path`. Raises Refused."""
    return decode_map(path.name, _read(path, MAP_BYTES_MAX))


def _read(path: Path, limit_bytes: int) -> bytes:
    """At most one byte more than the limit, so that the codec sees that there is more."""
    with path.open("rb") as file:
        return file.read(limit_bytes + 1)
