"""A network folder on disk: its tables, each CSV or Parquet, read with every fault and written whole."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from wanjia.adapters.grid_files.codec import TABLES, Decoded, decode, encode
from wanjia.adapters.grid_files.columns import TableColumns
from wanjia.adapters.tables import TABLE_ENDINGS, Table, numbers, read_table, texts, write_table
from wanjia.model.faults import Fault, Where
from wanjia.model.network import Network


@dataclass(frozen=True)
class FolderSheet:
    """A table of a folder, as the codec wants it."""

    table: Table
    rows: int

    def has(self, column: str) -> bool:
        """Whether the table has the column."""
        return column in self.table.data.column_names

    def text(self, column: str) -> pa.ChunkedArray:
        """A column as text; null is empty."""
        return texts(self.table, column)

    def number(self, column: str) -> np.ndarray:
        """A column as float64; what is no number is NaN."""
        return numbers(self.table, column)

    def where(self, row: int, column: str) -> Where:
        """The place of one value."""
        return self.table.where(row, column)


def read_network(folder: Path, with_meters: bool = True) -> Decoded:
    """The network of a folder, every fault told; a drawing needs no meters. Raises OSError for a closed file."""
    faults: list[Fault] = []
    sheets: dict[str, FolderSheet] = {}
    for name, columns in TABLES.items():
        if name == "meters" and not with_meters:
            continue
        sheet, found = read_sheet(folder, name, columns)
        faults += found
        if sheet is not None:
            sheets[name] = sheet
    return Decoded(None, tuple(faults)) if faults else decode(sheets, not with_meters)


def read_sheet(folder: Path, name: str, columns: TableColumns) -> tuple[FolderSheet | None, list[Fault]]:
    """One table of a folder, or its faults; neither where it may lack and does. Raises OSError for a closed file."""
    paths = [folder / f"{name}{ending}" for ending in TABLE_ENDINGS if (folder / f"{name}{ending}").is_file()]
    if not paths:
        missing = Fault("network.table_missing", Where(f"{name}.csv"), {"table": name})
        return None, [] if columns.may_lack else [missing]
    if len(paths) > 1:
        return None, [Fault("network.table_twice", Where(paths[0].name), {"table": name})]
    return _read(paths[0], columns)


def _read(path: Path, columns: TableColumns) -> tuple[FolderSheet | None, list[Fault]]:
    """Numbers and truth values of a Parquet file stay what they are until a field asks for them."""
    table, faults = read_table(path, ())
    if table is None:
        return None, faults
    found = table.data.column_names
    missing = [name for name in columns.required if name not in found]
    if missing:
        values = {"found": ", ".join(found)[:200]}
        return None, [Fault("table.column_missing", table.where(-1, one), {"column": one, **values}) for one in missing]
    if table.data.num_rows > columns.rows_max:
        sizes: dict[str, object] = {"count": table.data.num_rows, "limit": columns.rows_max}
        return None, [Fault("table.too_many_rows", Where(table.file), sizes)]
    unreadable = [
        Fault("table.column_type", Where(table.file, 0, name), {"type": str(table.data[name].type)})
        for name in (*columns.required, *columns.optional)
        if name in found and pa.types.is_nested(table.data[name].type)
    ]
    return (None, unreadable) if unreadable else (FolderSheet(table, table.data.num_rows), [])


def write_network(folder: Path, network: Network, ending: str) -> list[str]:
    """Writes the folder's tables, which it makes; returns their names. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = encode(network)
    for name, data in tables.items():
        write_table(folder / f"{name}{ending}", data)
    return [f"{name}{ending}" for name in tables]


def rival_tables(folder: Path, ending: str) -> list[str]:
    """Tables already in a folder that would be read beside those written with this ending."""
    found = (f"{name}{other}" for name in TABLES for other in TABLE_ENDINGS if other != ending)
    return [name for name in found if (folder / name).exists()]
