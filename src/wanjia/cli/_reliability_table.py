"""The table of interruptions on disk: CSV or Parquet, read into columns with every fault; faulty rows are left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wanjia.adapters.tables import Table, numbers, read_table, texts
from wanjia.kernels.reliability.nouns import Instants, Interruptions, Places
from wanjia.model.faults import Fault, Where
from wanjia.model.network import Counts, Flags, Network, Words, customers_by_district, words
from wanjia.model.places import IDENTIFIER_CHARACTERS_MAX

ROWS_MAX = 5_000_000
"""Rows; decades of a province's interruptions."""
TRUE, FALSE = ("true", "1"), ("false", "0", "")
UNKNOWN = -1


@dataclass(frozen=True)
class Asked:
    """What the command was asked: whose interruptions, how many users there are, and when the period ends."""

    users: str
    served: int
    until: datetime
    network: Network | None = None


@dataclass
class Read:
    """The rows without fault, their labels by extra column, and the faults of the others."""

    found: Interruptions | None
    labels: Mapping[str, list[str]]
    faults: list[Fault]


@dataclass
class _Rows:
    """The table while it is read: `wrong` rows are left out in the end."""

    table: Table
    faults: list[Fault] = field(default_factory=list)
    wrong: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.count = self.table.data.num_rows

    def has(self, column: str) -> bool:
        return column in self.table.data.column_names

    def fault(self, code: str, row: int, column: str, **values: object) -> None:
        self.wrong.add(row)
        self.faults.append(Fault(code, self.table.where(row, column), {"column": column, **values}))

    def words(self, column: str) -> list[str]:
        found: list[str] = texts(self.table, column).to_pylist()
        return found


def read_interruptions(path: Path, asked: Asked, labels: Sequence[str]) -> Read:
    """The interruptions of a file. Raises OSError when it cannot be opened."""
    table, faults = read_table(path, ())
    if table is None:
        return Read(None, {}, faults)
    needed = ["starts_at", "ends_at", "district_ids" if asked.users == "districts" else "customers", *labels]
    faults = _missing(table, needed)
    if table.data.num_rows > ROWS_MAX:
        faults.append(
            Fault("table.too_many_rows", Where(table.file), {"count": table.data.num_rows, "limit": ROWS_MAX})
        )
    if faults:
        return Read(None, {}, faults)
    rows = _Rows(table)
    found = _interruptions(rows, asked)
    keep = np.array([row not in rows.wrong for row in range(rows.count)], dtype=np.bool_)
    kept = {name: [word for word, k in zip(rows.words(name), keep, strict=True) if k] for name in labels}
    return Read(_kept(found, keep), kept, sorted(rows.faults, key=lambda fault: fault.where))


def _missing(table: Table, needed: Sequence[str]) -> list[Fault]:
    found = table.data.column_names
    shown = ", ".join(found)[:200]
    names = dict.fromkeys(name for name in needed if name not in found)
    return [Fault("table.column_missing", table.where(-1, name), {"column": name, "found": shown}) for name in names]


def _interruptions(rows: _Rows, asked: Asked) -> Interruptions:
    places = _places(rows, asked)
    starts = _instants(rows, "starts_at", None)
    ends = _instants(rows, "ends_at", asked.until)
    for row in np.flatnonzero(ends < starts).tolist():
        if row not in rows.wrong:
            rows.fault("reliability.ends_before_starts", row, "ends_at")
    momentary = _truth(rows, "momentary", empty=UNKNOWN)
    return Interruptions(
        ids=_ids(rows),
        starts=starts,
        ends=ends,
        users=_users(rows, asked, places),
        momentary=np.full(rows.count, UNKNOWN, dtype=np.int8) if momentary is None else momentary,
        planned=_flags(rows, "planned"),
        external=_flags(rows, "external"),
        shortage=_flags(rows, "shortage"),
        load_kva=_load(rows, asked, places),
        places=places,
    )


def _ids(rows: _Rows) -> Words:
    """The outage's id; a row without one is an outage of its own, named by its line."""
    given = rows.words("outage_id") if rows.has("outage_id") else [""] * rows.count
    for row, name in enumerate(given):
        if len(name) > IDENTIFIER_CHARACTERS_MAX:
            rows.fault("reliability.id_too_long", row, "outage_id", limit=IDENTIFIER_CHARACTERS_MAX)
    return words([name or f"row {rows.table.line(row)}" for row, name in enumerate(given)])


def _instants(rows: _Rows, column: str, until: datetime | None) -> Instants:
    """Microseconds since 1970 UTC, [rows]; an empty end is open until the end of the period."""
    data = rows.table.data[column]
    if pa.types.is_timestamp(data.type):
        # Parquet without a zone is UTC, by the formats page; with one it is an instant anyway.
        stamps = data.cast(pa.timestamp("us", data.type.tz)).cast(pa.int64())
        given: list[int | None] = stamps.to_pylist()
    else:
        given = [_instant(rows, row, column, word) for row, word in enumerate(rows.words(column))]
    result = np.zeros(rows.count, dtype=np.int64)
    for row, moment in enumerate(given):
        if moment is not None:
            result[row] = moment
        elif until is not None:
            result[row] = round(until.timestamp() * 1e6)
        else:
            rows.fault("reliability.time_missing", row, column)
    return result


def _instant(rows: _Rows, row: int, column: str, word: str) -> int | None:
    """None when empty; a text that is no instant is a fault and counts as 0."""
    if not word.strip():
        return None
    try:
        moment = datetime.fromisoformat(word.strip())
    except ValueError:
        rows.fault("reliability.time_invalid", row, column, value=word[:IDENTIFIER_CHARACTERS_MAX])
        return 0
    if moment.tzinfo is None:
        rows.fault("reliability.offset_missing", row, column, value=word[:IDENTIFIER_CHARACTERS_MAX])
        return 0
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _truth(rows: _Rows, column: str, empty: int) -> np.ndarray | None:
    """1, 0 or `empty`, [rows]; None when the table has no such column."""
    if not rows.has(column):
        return None
    lower = pc.utf8_lower(pc.utf8_trim_whitespace(texts(rows.table, column)))
    true, false = (pc.is_in(lower, value_set=pa.array(values)).to_numpy() for values in (TRUE, FALSE))
    for row in np.flatnonzero(~true & ~false).tolist():
        value = str(lower[row].as_py())[:IDENTIFIER_CHARACTERS_MAX]
        rows.fault("reliability.not_a_truth_value", row, column, value=value)
    blank = pc.equal(lower, "").to_numpy()
    return np.where(true, 1, np.where(blank, empty, 0)).astype(np.int8)


def _flags(rows: _Rows, column: str) -> Flags | None:
    """Empty is false."""
    found = _truth(rows, column, empty=0)
    return None if found is None else found == 1


def _users(rows: _Rows, asked: Asked, places: Places | None) -> Counts:
    """Households as the table counts them, or how many districts it names."""
    if asked.users == "districts":
        assert places is not None
        for row in np.flatnonzero(np.diff(places.first) == 0).tolist():
            rows.fault("reliability.no_district", row, "district_ids")
        return np.diff(places.first).astype(np.int64)
    values = numbers(rows.table, "customers")
    right = (values >= 0) & (values == np.floor(values))
    for row in np.flatnonzero(~right).tolist():
        rows.fault("reliability.customers_invalid", row, "customers", value=rows.words("customers")[row][:64])
    for row in np.flatnonzero(right & (values > asked.served)).tolist():
        rows.fault("reliability.more_than_served", row, "customers", value=int(values[row]), served=asked.served)
    return np.where(right, values, 0).astype(np.int64)


def _load(rows: _Rows, asked: Asked, places: Places | None) -> np.ndarray | None:
    """kVA that was out, [rows]; NaN where unknown. From the table, else from the network's districts."""
    if rows.has("load_kva"):
        return numbers(rows.table, "load_kva")
    if asked.network is None or places is None:
        return None
    capacity = dict(zip(asked.network.districts.ids, asked.network.districts.capacity_kva.tolist(), strict=True))
    each = np.array([capacity.get(name, np.nan) for name in places.ids], dtype=np.float64)
    ends = list(zip(places.first[:-1].tolist(), places.first[1:].tolist(), strict=True))
    return np.array([each[places.place[a:b]].sum() if b > a else np.nan for a, b in ends], dtype=np.float64)


def _places(rows: _Rows, asked: Asked) -> Places | None:
    """The districts of every row; None when the table names none."""
    if not rows.has("district_ids"):
        return None
    lists = _district_lists(rows)
    numbers_of = {name: at for at, name in enumerate(sorted({name for names in lists for name in names}))}
    first = np.concatenate(([0], np.cumsum([len(names) for names in lists]))).astype(np.int64)
    place = np.array([numbers_of[name] for names in lists for name in names], dtype=np.int32)
    ids = words(list(numbers_of))
    return Places(ids, first, place, _place_users(rows, asked, lists, numbers_of))


def _district_lists(rows: _Rows) -> list[list[str]]:
    """Separated by spaces in CSV, lists in Parquet; each once."""
    data = rows.table.data["district_ids"]
    if pa.types.is_list(data.type) or pa.types.is_large_list(data.type):
        return [list(dict.fromkeys(str(one) for one in names or ())) for names in data.to_pylist()]
    return [list(dict.fromkeys(cell.split())) for cell in rows.words("district_ids")]


def _place_users(rows: _Rows, asked: Asked, lists: Sequence[Sequence[str]], numbers_of: Mapping[str, int]) -> Counts:
    """Users of each district: one each when districts are the users; else the network's customers; else as the rows
    tell where a district stands alone (its most), and -1, which no sum ever meets, where none does."""
    users = np.full(len(numbers_of), 1 if asked.users == "districts" else UNKNOWN, dtype=np.int64)
    if asked.users == "districts":
        return users
    if asked.network is not None:
        known = zip(asked.network.districts.ids, customers_by_district(asked.network).tolist(), strict=True)
        for name, count in known:
            if name in numbers_of:
                users[numbers_of[name]] = count
        return users
    for names, count in zip(lists, numbers(rows.table, "customers").tolist(), strict=True):
        if len(names) == 1 and count >= 0:
            at = numbers_of[names[0]]
            users[at] = max(int(users[at]), int(count))
    return users


def _kept(found: Interruptions, keep: Flags) -> Interruptions:
    """The rows without fault."""

    def part(values: np.ndarray | None) -> np.ndarray | None:
        return None if values is None else values[keep]

    return Interruptions(
        found.ids[keep], found.starts[keep], found.ends[keep], found.users[keep], found.momentary[keep],
        part(found.planned), part(found.external), part(found.shortage), part(found.load_kva),
        _kept_places(found.places, keep),
    )  # fmt: skip


def _kept_places(places: Places | None, keep: Flags) -> Places | None:
    if places is None:
        return None
    sizes = np.diff(places.first)
    first = np.concatenate(([0], np.cumsum(sizes[keep]))).astype(np.int64)
    return Places(places.ids, first, places.place[np.repeat(keep, sizes)], places.users)
