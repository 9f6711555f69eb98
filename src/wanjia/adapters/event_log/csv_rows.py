"""CSV text to rows. The separator is the one of comma, semicolon and tab that the header holds most of."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from wanjia.adapters.event_log.findings import Findings
from wanjia.adapters.event_log.rows import EVENTS_MAX, REQUIRED, ROLES, STANDARD_NAMES, Row

SEPARATORS = (",", ";", "\t")
NOT_TEXT = ((b"PK\x03\x04", "zip"), (b"\x1f\x8b", "gzip"), (b"%PDF", "PDF"), (b"\xd0\xcf\x11\xe0", "xls"))
"""First bytes of what is often renamed to .csv."""


def csv_rows(data: bytes, encoding: str, names: Mapping[str, str], findings: Findings) -> Iterator[Row]:
    """The rows of a CSV file; whatever is wrong with the file's form goes to `findings`."""
    text = _text(data, encoding, findings)
    if text is None:
        return
    header_line = text.partition("\n")[0]
    separator = max(SEPARATORS, key=header_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        places = _places(header, names, findings)
        if places is not None:
            yield from _rows(reader, len(header), places, findings)
    except csv.Error as error:
        findings.add("history.broken_csv", reader.line_num, reason=str(error))


def _text(data: bytes, encoding: str, findings: Findings) -> str | None:
    """The file as text, or nothing with the reason in `findings`."""
    kind = next((kind for start, kind in NOT_TEXT if data.startswith(start)), None)
    if kind is None and data.lstrip().startswith(b"<"):
        kind = "XML"
    if kind is None and b"\x00" in data:
        kind = "binary / UTF-16"
    if kind is not None:
        findings.add("history.not_csv", kind=kind)
        return None
    try:
        return data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        findings.add("history.not_encoded", line, encoding=encoding.upper(), byte=error.start)
        return None


def _places(header: list[str], names: Mapping[str, str], findings: Findings) -> tuple[int | None, ...] | None:
    """For each role the position of its column; nothing if a column that is needed or named in the map is missing."""
    before = findings.count
    for name, times in Counter(header).items():
        if times > 1 and name in names.values():
            findings.add("history.double_column", 1, name, times=times)
    for role in ROLES:
        name = names.get(role, "")
        asked_for = role in REQUIRED or name not in ("", STANDARD_NAMES[role])
        if asked_for and name not in header:
            findings.add("history.missing_column", 1, name, role=role, found=", ".join(header[:40]))
    if findings.count > before:
        return None
    return tuple(header.index(names[role]) if names.get(role) in header else None for role in ROLES)


def _rows(reader: Any, width: int, places: tuple[int | None, ...], findings: Findings) -> Iterator[Row]:
    count = 0
    for cells in reader:
        if not cells:
            continue
        count += 1
        if count > EVENTS_MAX:
            findings.add("history.too_many_events", reader.line_num, limit=EVENTS_MAX)
            return
        if len(cells) != width:
            findings.add("history.wrong_width", reader.line_num, found=len(cells), expected=width)
            continue
        yield Row(reader.line_num, *("" if place is None else cells[place].strip() for place in places))
