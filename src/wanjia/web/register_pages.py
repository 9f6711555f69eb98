"""Registers (台账) on the pages of staff: which there are, one as a list, and what stands there about oneself."""

from dataclasses import asdict, dataclass
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from wanjia.model.permissions import allowed
from wanjia.queries.cases.organisations import organisation_choices
from wanjia.queries.cases.register_entries import Entry
from wanjia.queries.cases.registers import (
    STANDINGS,
    RegisterFilters,
    RegisterList,
    my_entries,
    register_list,
    register_names,
)
from wanjia.texts import say
from wanjia.web.csv_files import csv_response
from wanjia.web.listing import export_url, filters_from, local
from wanjia.web.paging import page_of
from wanjia.web.revealing import is_revealed

EXPORT_ROWS_MAX = 20_000
"""A spreadsheet that still opens."""


@dataclass(frozen=True)
class Place:
    """A surface: its templates' base, and the names of its addresses; `case` is empty where cases cannot be opened."""

    base: str
    index: str
    register: str
    entries: str
    case: str


def index_page(request: HttpRequest, place: Place) -> HttpResponse:
    """The registers that are open to me, and a way to my own entries."""
    values = {
        "place": place, "registers": register_names(request.actor, request.today, request.language),
        "mine": sum(len(one.rows) for one in my_entries(request.actor, request.today, request.language)),
    }  # fmt: skip
    return render(request, "components/register/index_page.html", values)


def register_page(request: HttpRequest, practice: str, register: str, place: Place) -> HttpResponse:
    """One register: its rows within my reach that fit the address, what they come to, and the same as a table."""
    filters, may_export = filters_from(request, RegisterFilters), _may_export(request)
    export = request.GET.get("export") == "csv" and may_export
    shown = (lambda number: False) if export else partial(is_revealed, request)  # what leaves the house stays masked
    found = register_list(practice, register, filters, request.actor, request.today, request.language, shown)
    if export:
        return _export(found, request.language)
    values = {
        "place": place, "register": found, "page": page_of(request, found.rows), "filters": filters,
        "standings": STANDINGS, "filtered": any(asdict(filters).values()),
        "export_url": export_url(request) if may_export else "",
        "organisations": organisation_choices(request.actor, request.language),
    }  # fmt: skip
    return render(request, "components/register/register_page.html", values)


def _may_export(request: HttpRequest) -> bool:
    return allowed((seat.role for seat in request.actor.seats), "register", "export") is not None


def _export(found: RegisterList, language: str) -> HttpResponse:
    """Only what is shown, the subject where there is one, and whether the row counts."""
    words = ["number", "title", *(["subject"] if found.of_somebody else [])]
    header = [say(f"registers.column.{word}", language) for word in words]
    header += [f"{column.label} ({say(f'unit.{column.unit}', language)})" if column.unit else column.label
               for column in found.columns]  # fmt: skip
    header += [say(f"registers.column.{word}", language) for word in ("entered", "standing", "until", "struck")]
    rows = (_cells(entry, found, language) for entry in found.rows[:EXPORT_ROWS_MAX])
    return csv_response(f"{found.practice}-{found.register}", header, rows)


def _cells(entry: Entry, found: RegisterList, language: str) -> list[object]:
    standing = say(f"registers.standing.{entry.standing}", language)
    return [
        entry.number, entry.title, *([entry.subject] if found.of_somebody else []), *entry.cells,
        local(entry.entered_at), standing, entry.until_on or "", entry.reason,
    ]  # fmt: skip
