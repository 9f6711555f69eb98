"""What each kind of change does to the outages in memory. The sensor says each time how an outage stands as a whole."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from math import isfinite

from wanjia.actions.network.book import STILL_DARK, Book, Entry, Line, instant
from wanjia.actions.network.customers import district_codes, district_customers
from wanjia.kernels.sensing.nouns import LEVELS, METER, Change
from wanjia.kernels.sensing.nouns import Outage as Sensed
from wanjia.model.jsonvalue import Facts, Json
from wanjia.model.network import Network
from wanjia.records.network.models import Outage, OutageDistrict

SAME_WAVE = timedelta(minutes=15)
"""A district that joins so soon after the announcement fell dark with the others; its gasps came late (10 minutes)."""
CODES_TOLD_MAX = 50
"""District codes named in one line of the timeline; the rest is counted."""


@dataclass(frozen=True)
class Sensors:
    """What a network says about the rows in the changes: codes and customers of its districts."""

    codes: tuple[str, ...]
    customers: tuple[int, ...]


def sensors_of(network: Network) -> Sensors:
    """Codes and customers by row of the table of districts."""
    return Sensors(district_codes(network), district_customers(network))


def take_in(book: Book, change: Change, sensors: Sensors) -> None:
    """Work one change into the outages in memory."""
    entry = book.find(change.outage.number)
    if entry is None:
        entry = _begin(book, change, sensors)
    _KINDS[change.what](book, entry, change, sensors)


# beginning


def _begin(book: Book, change: Change, sensors: Sensors) -> Entry:
    """An outage that was not known: one that people recorded before and the sensor now sees, or a new one."""
    outage, codes = change.outage, _codes(book, change.outage, sensors)
    found = None if outage.planned or outage.hint == STILL_DARK else _recorded(book, outage, codes)
    if found is not None:
        found.row.sensing_key = book.key(outage.number)
        book.by_key[found.row.sensing_key] = found
        return found
    row = Outage(
        number=book.numbers.pop(), sensing_key=book.key(outage.number), starts_at=instant(outage.starts_at),
        detected_at=instant(outage.detected_at), planned=outage.planned,
    )  # fmt: skip
    _describe(row, outage)
    parent = _outer(book, codes) if outage.hint == STILL_DARK else book.find(outage.parent)
    return book.add(Entry(row, parent=parent, is_created=True, is_new=True))


def _outer(book: Book, codes: Mapping[str, int]) -> Entry | None:
    """The outage that ended last in a district whose meters are said to be dark still."""
    ended = [
        (member.restored_at, at, entry) for at, entry in enumerate(book.entries) for code in codes
        if (member := entry.members.get(code)) is not None and member.restored_at is not None
    ]  # fmt: skip
    return max(ended, key=lambda one: one[:2])[2] if ended else None


def _recorded(book: Book, outage: Sensed, codes: Mapping[str, int]) -> Entry | None:
    """An open outage that another network model's sensor or a person opened, for the same device or inside this one."""
    others = [
        entry for entry in book.entries
        if entry.row.status == Outage.Status.OPEN and not entry.row.planned
        and not entry.row.sensing_key.startswith(f"{book.digest}:")
    ]  # fmt: skip
    same = [entry for entry in others if entry.row.device_id == outage.device_id]
    inside = [entry for entry in others if (dark := entry.dark()) and dark <= codes.keys()]
    return max(same or inside, key=lambda entry: len(entry.members), default=None)


def _describe(row: Outage, outage: Sensed) -> None:
    """What the sensor holds of the outage as a whole."""
    row.device_id, row.device_level = outage.device_id, LEVELS[outage.level]
    row.cause_hint, row.confidence = outage.hint, outage.confidence
    row.evidence = _evidence(outage)


def _evidence(outage: Sensed) -> Facts:
    """Counts, and odds where they are finite: JSON knows no infinity."""
    return {name: value for name, value in asdict(outage.evidence).items() if isfinite(value)}


def _codes(book: Book, outage: Sensed, sensors: Sensors) -> dict[str, int]:
    """Its districts by code, with the customers that are dark there; districts without a row are left out."""
    rows = [at for at in outage.districts if sensors.codes[at] in book.facts]
    if outage.level == METER:
        return {sensors.codes[at]: outage.customers for at in rows}
    return {sensors.codes[at]: sensors.customers[at] for at in rows}


# kinds of change


def _opened(book: Book, entry: Entry, change: Change, sensors: Sensors) -> None:
    _spread(book, entry, change, sensors)
    _note(entry, change, entry.taken, set())


def _split(book: Book, entry: Entry, change: Change, sensors: Sensors) -> None:
    if change.outage.hint == STILL_DARK:
        _nest(book, entry, change, sensors)
    else:
        before = set(entry.members)
        _spread(book, entry, change, sensors)
        _note(entry, change, set(entry.members) - before, set())


def _revised(book: Book, entry: Entry, change: Change, sensors: Sensors) -> None:
    """Grown, shrunk or moved. A false alarm that grows was none; neither was an end that a person noted too early."""
    row = entry.row
    if row.status in (Outage.Status.FALSE, Outage.Status.RESTORED) and change.what != "shrunk":
        row.status, row.ends_at, row.case_number, entry.is_new = Outage.Status.OPEN, None, "", True
    _describe(row, change.outage)
    if change.outage.hint == STILL_DARK:
        _nest(book, entry, change, sensors)
        return
    came, went = _spread(book, entry, change, sensors)
    _note(entry, change, came, went)


def _ended(book: Book, entry: Entry, change: Change, sensors: Sensors) -> None:
    row, outage = entry.row, change.outage
    ends_at = instant(outage.ends_at if outage.ends_at is not None else change.at)
    row.cause_hint, row.confidence = outage.hint, outage.confidence
    came, _ = _spread(book, entry, change, sensors) if row.status == Outage.Status.OPEN else (set(), set())
    dark = entry.dark()
    for code in dark:
        book.lets_go(entry, code, ends_at)
    if outage.hint == STILL_DARK or entry.row.device_level == "meter":
        _all_back(entry)
    if row.status == Outage.Status.OPEN:
        row.status, row.ends_at, entry.ended = Outage.Status.RESTORED, max(ends_at, row.starts_at), True
    _note(entry, change, came, dark)


def _merged(book: Book, entry: Entry, change: Change, sensors: Sensors) -> None:
    """The younger of two goes into the older, with its districts; the device of the larger one holds."""
    into = book.find(change.outage.merged_into)
    row = entry.row
    row.status, row.ends_at, entry.into = Outage.Status.MERGED, instant(change.at), into
    _note(entry, change, set(), set())
    if into is None:
        return
    if len(change.outage.districts) > len(into.dark()):
        _describe(into.row, change.outage)
    into.row.starts_at = min(into.row.starts_at, row.starts_at)
    moved = [code for code in entry.dark() if book.dark_in.get(code) is not into]
    for code in moved:
        _hand_over(book, entry, into, code)
    data: Facts = {"from": row.number, "districts": len(into.dark())}
    into.lines.append(Line("absorbed", instant(change.at), {**data, "added": _named(moved)}))


_KINDS: Mapping[str, Callable[[Book, Entry, Change, Sensors], None]] = {
    "announced": _opened,
    "overrun": _opened,
    "planned": _opened,
    "split": _split,
    "grown": _revised,
    "shrunk": _revised,
    "moved": _revised,
    "merged": _merged,
    "ended": _ended,
    "planned_ended": _ended,
}


# districts


def _spread(book: Book, entry: Entry, change: Change, sensors: Sensors) -> tuple[set[str], set[str]]:
    """Make the outage cover what the change says; gives the codes that came and those that went back."""
    wanted, at = _codes(book, change.outage, sensors), instant(change.at)
    dark = entry.dark()
    came, went = wanted.keys() - dark, dark - wanted.keys()
    for code in came:
        _darken(book, entry, code, wanted[code], at)
    for code, customers in wanted.items():
        if entry.members[code].customers != customers:
            entry.members[code].customers = customers
            entry.changed.add(code)
    for code in went:
        book.lets_go(entry, code, at)
    return set(came), went


def _darken(book: Book, entry: Entry, code: str, customers: int, at: datetime) -> None:
    """A district joins: handed over by an outage that holds it or let go of it just now, or newly dark."""
    other, left_at = book.dark_in.get(code), at
    if other is None and code in book.left:
        other, left_at = book.left[code]
    if other is not None and other is not entry and left_at == at and not other.row.planned:
        _hand_over(book, other, entry, code)
        return
    known = entry.members.get(code)
    if known is not None:
        known.restored_at = None
        entry.lit.discard(code)
    else:
        together = at - entry.row.detected_at <= SAME_WAVE
        starts_at = entry.row.starts_at if together else at
        entry.members[code] = OutageDistrict(district_id=code, starts_at=starts_at, customers=customers)
    entry.taken.add(code)
    entry.changed.add(code)
    book.dark_in[code] = entry


def _hand_over(book: Book, giver: Entry, taker: Entry, code: str) -> None:
    """The district stays dark, in another outage: one interruption, so one row."""
    member = giver.members.pop(code)
    known = taker.members.get(code)
    if known is None:
        member.restored_at = None
        taker.members[code] = member
    else:
        known.restored_at, known.starts_at = None, min(known.starts_at, member.starts_at)
        book.gone.append(member)
    if code in giver.taken:  # nobody has been told yet, so whoever has it now tells
        taker.taken.add(code)
    for named in (giver.taken, giver.lit, giver.changed, taker.lit):
        named.discard(code)
    taker.changed.add(code)
    book.dark_in[code] = taker


# meters that stay dark when their district is back


def _nest(book: Book, entry: Entry, change: Change, sensors: Sensors) -> None:
    """A fault nested in one that is over: so many meters of the district are dark still."""
    outage, at = change.outage, instant(change.at)
    for code, meters in _codes(book, outage, sensors).items():
        member = entry.members.get(code)
        if member is None:
            outer = entry.parent.members.get(code) if entry.parent else None
            since = outer.restored_at if outer is not None and outer.restored_at else entry.row.starts_at
            member = entry.members[code] = OutageDistrict(district_id=code, starts_at=since, customers=meters)
        member.customers, member.meters_dark, member.restored_at = meters, meters, None
        entry.changed.add(code)
        _leaves_dark(entry, code, meters)
    entry.lines.append(Line(change.what, at, {**_data(change), "meters_dark": outage.customers}))


def _all_back(entry: Entry) -> None:
    for code, member in entry.members.items():
        member.meters_dark = 0
        _leaves_dark(entry, code, 0)


def _leaves_dark(entry: Entry, code: str, meters: int) -> None:
    """Noted beside the district in the outage around it too, which is over."""
    if entry.parent is not None and code in entry.parent.members:
        entry.parent.members[code].meters_dark = meters
        entry.parent.changed.add(code)


# the timeline


def _note(entry: Entry, change: Change, came: set[str], went: set[str]) -> None:
    data = _data(change)
    for name, codes in (("added", came), ("restored", went)):
        if codes:
            data |= {f"{name}_count": len(codes), name: _named(codes)}
    entry.lines.append(Line(change.what, instant(change.at), data))


def _named(codes: Iterable[str]) -> list[Json]:
    return list(sorted(codes)[:CODES_TOLD_MAX])


def _data(change: Change) -> Facts:
    outage = change.outage
    return {
        "device": outage.device_id, "level": LEVELS[outage.level], "districts": len(outage.districts),
        "customers": outage.customers, "confidence": outage.confidence, "hint": outage.hint,
        "evidence": _evidence(outage),
    }  # fmt: skip
