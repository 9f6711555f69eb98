"""What is uploaded for the territory: cells as GeoJSON, posts as CSV, read with all their faults."""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from wanjia.kernels.cover.collection import Collection, read_collection
from wanjia.kernels.cover.posts import POST_COLUMNS
from wanjia.model.faults import Fault, Where

CELLS_BYTES_MAX = 32 * 1024**2
"""Bytes; a prefecture's 645 cells take a few MB, and GeoJSON takes ten times its size in memory."""
POSTS_BYTES_MAX = 16 * 1024**2
POSTS_ROWS_MAX = 50_000
"""Rows; a province has a tenth of it."""


@dataclass(frozen=True)
class CellsFile:
    """Cells, with the organisations and area classes that their properties name, by cell id."""

    collection: Collection
    organisations: Mapping[str, str] = field(default_factory=dict)
    area_classes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PostsFile:
    """Rows with the columns of posts, or faults of the file."""

    rows: tuple[Mapping[str, str], ...]
    faults: tuple[Fault, ...] = ()


def read_cells_file(file: UploadedFile) -> CellsFile:
    """Never raises; faults of the file stand in the collection."""
    name = file.name or ""
    if (file.size or 0) > CELLS_BYTES_MAX:
        return _no_cells(name, "territory.cells_too_large", limit_mb=CELLS_BYTES_MAX // 1024**2)
    data = file.read()
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return _no_cells(name, "territory.cells_not_utf8", data.count(b"\n", 0, error.start) + 1)
    except json.JSONDecodeError as error:
        return _no_cells(name, "territory.broken_json", error.lineno, reason=error.msg, at=error.colno)
    except (RecursionError, ValueError) as error:
        return _no_cells(name, "territory.broken_json", reason=str(error)[:200], at=0)
    found = read_collection(document, name)
    features = document.get("features", []) if isinstance(document, dict) and not found.faults else []
    return CellsFile(found, _named(features, "organisation"), _named(features, "area_class"))


def read_posts_rows(file: UploadedFile) -> PostsFile:
    """Never raises."""
    name = file.name or ""
    if (file.size or 0) > POSTS_BYTES_MAX:
        return _no_posts(name, "territory.posts_too_large", limit_mb=POSTS_BYTES_MAX // 1024**2)
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        return _no_posts(name, "territory.posts_not_utf8")
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        missing = [column for column in POST_COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            return _no_posts(name, "territory.posts_columns", 1, columns=", ".join(missing))
        return _rows(reader, name)
    except csv.Error:
        return _no_posts(name, "territory.posts_row_form", reader.line_num)


def _rows(reader: "csv.DictReader[str]", name: str) -> PostsFile:
    rows: list[Mapping[str, str]] = []
    faults: list[Fault] = []
    for row in reader:
        if len(rows) >= POSTS_ROWS_MAX:
            return _no_posts(name, "territory.posts_too_many", max=POSTS_ROWS_MAX)
        if None in row or None in row.values():
            faults.append(Fault("territory.posts_row_form", Where(name, reader.line_num)))
        rows.append({column: (row.get(column) or "").strip() for column in POST_COLUMNS})
    return PostsFile(tuple(rows), tuple(faults))


def _named(features: list[Any], name: str) -> dict[str, str]:
    found = {}
    for feature in features:
        properties = feature.get("properties") if isinstance(feature, dict) else None
        if isinstance(properties, dict) and isinstance(properties.get(name), str) and properties[name].strip():
            found[str(properties.get("cell_id", ""))] = properties[name].strip()
    return found


def _no_cells(file: str, code: str, line: int = 0, **values: object) -> CellsFile:
    return CellsFile(Collection(0, (), (), (Fault(code, Where(file, line), values),)))


def _no_posts(file: str, code: str, line: int = 0, **values: object) -> PostsFile:
    return PostsFile((), (Fault(code, Where(file, line), values),))
