"""The open outages in memory while a batch of changes is worked in; read once, written once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models import Q

from wanjia.actions.cases.numbering import next_numbers
from wanjia.kernels.sensing.nouns import Change
from wanjia.model.actors import Actor
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case
from wanjia.records.network.lookups import DistrictFacts, district_facts
from wanjia.records.network.models import Outage, OutageDistrict

STILL_DARK = "still_dark"
"""The sensor's hint for meters that stayed dark when their district came back."""
PREFIX = "TD"
"""Outage numbers begin with 停电."""
NESTED_AFTER = timedelta(hours=24)
"""How long ago the outage may have ended that left meters dark; the sensor says so after 40 minutes."""

SENSING = Actor(reference="sensing", name="", system=True)
"""The sensor, as the history calls it."""


@dataclass(frozen=True)
class Line:
    """One line of an outage's timeline: what, when, by whom, with what data."""

    what: str
    at: datetime
    data: Facts
    actor: Actor = SENSING


@dataclass(eq=False)
class Entry:
    """One outage with its districts by code, and what has happened to it since it was read.

    `taken` are districts that fell dark with it (not those handed over by another outage), `lit` those that came back,
    `changed` those whose row must be written. `is_created`: it has no row yet; `is_new`: nobody works on it yet.
    `parent` and `into` become foreign keys once every row has its key. `written`: lines that are rows already;
    `had_case`: the case number in the row.
    """

    row: Outage
    members: dict[str, OutageDistrict] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    lit: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    parent: "Entry | None" = None
    into: "Entry | None" = None
    is_created: bool = False
    is_new: bool = False
    ended: bool = False
    written: int = 0
    had_case: str = ""

    def __post_init__(self) -> None:
        self.had_case = self.row.case_number

    @property
    def is_touched(self) -> bool:
        """Something happened to it."""
        return bool(self.lines)

    def dark(self) -> set[str]:
        """Codes of its districts that are dark now."""
        return {code for code, member in self.members.items() if member.restored_at is None}


@dataclass(eq=False)
class Book:
    """All open outages, and those that the batch speaks of.

    `dark_in`: code of a dark district -> whose it is; `left`: code -> who let go of it last, and when; `gone`: rows of
    districts that another row stands for by now; `numbers`: for new outages, the next one last.
    """

    digest: str
    facts: dict[str, DistrictFacts]
    entries: list[Entry] = field(default_factory=list)
    by_key: dict[str, Entry] = field(default_factory=dict)
    dark_in: dict[str, Entry] = field(default_factory=dict)
    left: dict[str, tuple[Entry, datetime]] = field(default_factory=dict)
    gone: list[OutageDistrict] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)

    def key(self, number: int) -> str:
        """The sensing key of an outage of this network."""
        return f"{self.digest}:{number}"

    def find(self, number: int | None) -> Entry | None:
        """The outage that the sensor calls so."""
        return self.by_key.get(self.key(number)) if number is not None else None

    def add(self, entry: Entry) -> Entry:
        """Take an outage in; its dark districts are looked up from now on."""
        self.entries.append(entry)
        if entry.row.sensing_key:
            self.by_key[entry.row.sensing_key] = entry
        if entry.row.status == Outage.Status.OPEN and entry.row.cause_hint != STILL_DARK:
            self.dark_in |= dict.fromkeys(entry.dark(), entry)
        return entry

    def lets_go(self, entry: Entry, code: str, at: datetime) -> None:
        """A district of an outage is lit again, or about to be taken by another one."""
        member = entry.members[code]
        member.restored_at = max(at, member.starts_at)
        entry.lit.add(code)
        entry.changed.add(code)
        if self.dark_in.get(code) is entry:
            del self.dark_in[code]
            self.left[code] = (entry, at)

    @property
    def touched(self) -> list[Entry]:
        """Outages to which something happened, in the order in which they were read or made."""
        return [entry for entry in self.entries if entry.is_touched]


def instant(milliseconds: int) -> datetime:
    """A time of the sensor."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def read_book(digest: str, changes: Sequence[Change], codes: tuple[str, ...], now: datetime) -> Book:
    """Everything that the changes of a network can touch. `codes`: district ids by row of the network's table."""
    book = Book(digest, district_facts({codes[at] for change in changes for at in change.outage.districts}))
    keys = {book.key(number) for change in changes for number in _numbers(change)}
    _read(book, Q(status=Outage.Status.OPEN) | Q(sensing_key__in=keys) | Q(pk__in=_outer(changes, codes)))
    unknown = keys - book.by_key.keys()
    book.numbers = next_numbers(PREFIX, now, len(unknown))[::-1] if unknown else []
    return book


def read_outages(wanted: Q) -> Book:
    """The same for outages that a person acts upon."""
    book = Book("", {})
    _read(book, wanted)
    book.facts = district_facts({code for entry in book.entries for code in entry.members})
    return book


def _read(book: Book, wanted: Q) -> None:
    _lock_cases(wanted)
    rows = list(Outage.objects.select_for_update().filter(wanted).order_by("pk"))
    outer = {row.split_from_id for row in rows if row.cause_hint == STILL_DARK} - {row.pk for row in rows} - {None}
    rows += Outage.objects.select_for_update().filter(pk__in=outer).order_by("pk") if outer else []
    by_pk = {row.pk: Entry(row) for row in rows}
    for member in OutageDistrict.objects.filter(outage__in=by_pk).order_by():
        by_pk[member.outage_id].members[member.district_id] = member
    for entry in by_pk.values():
        entry.parent = by_pk.get(entry.row.split_from_id) if entry.row.split_from_id else None
        book.add(entry)


def _lock_cases(wanted: Q) -> None:
    """Who steps a case locks it first and its outage after; so does whoever changes outages, or both would wait."""
    numbers = Outage.objects.filter(wanted).exclude(case_number="").order_by().values("case_number")
    if connection.features.has_select_for_update:
        list(Case.objects.select_for_update().filter(number__in=numbers).order_by("pk").values_list("pk"))


def _outer(changes: Sequence[Change], codes: tuple[str, ...]) -> set[int]:
    """Outages that ended lately in districts of which some meters are said to be dark still."""
    found = set()
    for change in changes:
        if change.what == "split" and change.outage.hint == STILL_DARK:
            at, named = instant(change.at), [codes[row] for row in change.outage.districts]
            ended = OutageDistrict.objects.filter(district__in=named, restored_at__range=(at - NESTED_AFTER, at))
            found |= set(ended.order_by("-restored_at").values_list("outage_id", flat=True)[:1])
    return found


def _numbers(change: Change) -> Iterator[int]:
    outage = change.outage
    for number in (outage.number, outage.parent, outage.merged_into):
        if number is not None:
            yield number
