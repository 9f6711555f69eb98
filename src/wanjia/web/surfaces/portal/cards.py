"""Service contact cards: where the QR leads, and the card to print."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from wanjia.model.faults import NotFound
from wanjia.practice.nouns import Practice
from wanjia.queries.cases.installed import active_practices
from wanjia.queries.territory.card import Card, contact_card
from wanjia.texts import LANGUAGES
from wanjia.web.qr import qr_picture

LINES_MAX = 4
"""A card has few lines; a fact with more choices is left to the form."""


@dataclass(frozen=True)
class Line:
    """One direct line (直联) of the card: a button that leads into the practice's form."""

    value: str
    name: str
    address: str


@require_safe
def card(request: HttpRequest, code: str) -> HttpResponse:
    """The named manager and the direct lines as large buttons."""
    found = _card(request, code)
    lines = [line for practice in _practices() for line in _lines(practice, code, request.language)]
    values = {"card": found, "village": found.village(request.language), "manager": found.manager, "lines": lines}
    return render(request, "surfaces/portal/card.html", values)


@require_safe
def printed(request: HttpRequest, code: str) -> HttpResponse:
    """The card for the wall, in both languages."""
    found = _card(request, code)
    address = request.build_absolute_uri(reverse("portal:card", args=[code]))
    lines = [
        tuple(line.name for line in pair)
        for practice in _practices()
        for pair in zip(*(_lines(practice, code, language) for language in LANGUAGES), strict=True)
    ]
    values = {"card": found, "manager": found.manager, "lines": lines, "address": address, "qr": qr_picture(address)}
    return render(request, "surfaces/portal/card_print.html", values)


def _card(request: HttpRequest, code: str) -> Card:
    found = contact_card(code, request.today)
    if found is None:
        raise NotFound("card", code)
    return found


def _practices() -> list[Practice]:
    return [practice for practice in active_practices() if practice.entry.surface == "card"]


def _lines(practice: Practice, code: str, language: str) -> list[Line]:
    """One line per value of the first choice of the start form; without one, the practice itself."""
    start = reverse("portal:new", args=[practice.name])
    for name in practice.forms["start"].fields:
        values = practice.facts[name].get("enum")
        if isinstance(values, list) and len(values) <= LINES_MAX:
            return [
                Line(str(value), practice.text(f"facts.{name}.{value}", language),
                     f"{start}?{urlencode({'card': code, name: str(value)})}")
                for value in values
            ]  # fmt: skip
    return [Line("", practice.text("name", language), f"{start}?{urlencode({'card': code})}")]
