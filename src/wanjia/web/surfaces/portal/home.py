"""The first page, and the page that shows every component in every state."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wanjia.practice.nouns import GROUPS, Practice
from wanjia.queries.cases.installed import active_practices
from wanjia.texts import say
from wanjia.web.surfaces.portal import samples

ON_HOME = ("portal", "window")
"""Surfaces whose requests a citizen can begin alone; a card's begin at the card, the desk's are the staff's."""


ICONS = frozenset(
    {
        "wrench", "road", "phone", "clipboard-check", "bolt", "search", "people", "heart", "warning", "pin", "plug",
        "coins", "signed", "lift", "screen", "key",
    }
)  # fmt: skip
"""Pictures in static/icons.svg; a practice that names another one gets the last resort, a sheet of paper."""


@dataclass(frozen=True)
class Tile:
    """One thing that can be asked for."""

    practice: str
    icon: str
    name: str
    summary: str


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What can I do here: one tile per practice that everybody may begin, and the way to what was begun."""
    groups: dict[str, list[Tile]] = {group: [] for group in GROUPS}
    for practice in active_practices():
        if open_to_everyone(practice):
            groups[practice.entry.group].append(_tile(practice, request.language))
    shown = [(say(f"portal.group.{group}", request.language), tiles) for group, tiles in groups.items() if tiles]
    return render(request, "surfaces/portal/home.html", {"groups": shown})


def open_to_everyone(practice: Practice) -> bool:
    """Whether a citizen can begin it from the first page."""
    return practice.entry.surface in ON_HOME and practice.entry.open_to == "everyone"


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Every component in every state, from invented values."""
    return render(request, "surfaces/portal/components.html", samples.page(request.language, request.now))


def _tile(practice: Practice, language: str) -> Tile:
    text = practice.text
    icon = practice.entry.icon if practice.entry.icon in ICONS else "sheet"
    return Tile(practice.name, icon, text("name", language), text("summary", language))
