"""Rows of posts, as text, become tenures; every fault of every row is listed."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from wanjia.model.faults import Fault, Where
from wanjia.model.places import IDENTIFIER_CHARACTERS_MAX, DayRange, Tenure

POST_COLUMNS = ("post_id", "cell_id", "role", "holder", "starts_on", "ends_on")
HOLDER_CHARACTERS_MAX = 200
"""Longest name of a holder, in characters; more is a sign of a wrong column."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Posts:
    """Tenures of the rows without fault, and the faults of the others."""

    tenures: tuple[Tenure, ...]
    faults: tuple[Fault, ...]


def read_posts(
    rows: Iterable[Mapping[str, str]], cell_ids: Collection[str], file: str = "", first_line: int = 2
) -> Posts:
    """Reads rows with `POST_COLUMNS`; `cell_ids` are those of the territory. Line 2 follows a header."""
    tenures: list[Tenure] = []
    faults: list[Fault] = []
    lines: dict[str, int] = {}
    for line, row in enumerate(rows, start=first_line):
        found = [Fault(code, Where(file, line, column), values) for code, column, values in _wrong(row, cell_ids)]
        if row["post_id"] and lines.setdefault(row["post_id"], line) != line:
            values = {"post_id": row["post_id"], "line": lines[row["post_id"]]}
            found.append(Fault("territory.post_twice", Where(file, line, "post_id"), values))
        faults += found
        if not found:
            days = DayRange(_day(row["starts_on"]), _day(row["ends_on"]))
            tenures.append(Tenure(row["post_id"], row["cell_id"], row["role"], row["holder"].strip(), days))
    return Posts(tuple(tenures), tuple(faults))


_Wrong = tuple[str, str, dict[str, object]]


def _wrong(row: Mapping[str, str], cell_ids: Collection[str]) -> Iterator[_Wrong]:
    yield from wrong_identifier(row["post_id"], "post_id")
    if row["cell_id"] not in cell_ids:
        yield "territory.post_cell_unknown", "cell_id", {"cell_id": row["cell_id"][:IDENTIFIER_CHARACTERS_MAX]}
    if len(row["holder"]) > HOLDER_CHARACTERS_MAX:
        yield "territory.holder_too_long", "holder", {"limit": HOLDER_CHARACTERS_MAX}
    yield from _wrong_days(row["starts_on"], row["ends_on"])


def wrong_identifier(identifier: str, column: str) -> Iterator[_Wrong]:
    """Empty, or longer than 64 characters."""
    if not identifier:
        yield "territory.identifier_missing", column, {}
    elif len(identifier) > IDENTIFIER_CHARACTERS_MAX:
        yield "territory.identifier_too_long", column, {"limit": IDENTIFIER_CHARACTERS_MAX, "count": len(identifier)}


def _wrong_days(starts_on: str, ends_on: str) -> Iterator[_Wrong]:
    starts, ends = _day(starts_on), _day(ends_on)
    if starts is None:
        code = "territory.day_invalid" if starts_on else "territory.starts_on_missing"
        yield code, "starts_on", {"value": starts_on[:IDENTIFIER_CHARACTERS_MAX]}
    if ends is None and ends_on:
        yield "territory.day_invalid", "ends_on", {"value": ends_on[:IDENTIFIER_CHARACTERS_MAX]}
    if starts and ends and ends < starts:
        yield "territory.ends_before_starts", "ends_on", {"starts_on": starts_on, "ends_on": ends_on}


def _day(text: str) -> date | None:
    """A calendar day written YYYY-MM-DD; None for anything else, the empty text included."""
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
