"""Pages of a long list, kept in the address."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest

ROWS_PER_PAGE = 30
"""Rows on a page: about two screens at a desk, and still quick on a phone."""


@dataclass(frozen=True)
class Page:
    """One page of rows with the addresses of its neighbours, other filters kept."""

    rows: Sequence[Any]
    first: int
    last: int
    total: int
    previous_url: str
    next_url: str


def page_of(request: HttpRequest, rows: Any, per_page: int = ROWS_PER_PAGE, at: str = "") -> Page:
    """The page that `?page=` asks for; a number out of range shows the nearest page. `at`: the list's own address."""
    chosen = Paginator(rows, per_page).get_page(request.GET.get("page"))
    previous = chosen.previous_page_number() if chosen.has_previous() else 0
    following = chosen.next_page_number() if chosen.has_next() else 0
    total = chosen.paginator.count
    return Page(
        list(chosen.object_list), chosen.start_index(), chosen.end_index(), total,
        at + _address(request, previous) if previous else "", at + _address(request, following) if following else "",
    )  # fmt: skip


def _address(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"
