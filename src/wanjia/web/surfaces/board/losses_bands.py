"""The bands of loss rates: which held when and by whose word; whoever may sets new ones from a day on."""

import math
from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from wanjia.actions.network.set_loss_bands import SOURCE_CHARACTERS_MAX, WantedBands, set_loss_bands
from wanjia.model.actors import may
from wanjia.model.faults import Denied, Fault, NotFound, Refused, Where
from wanjia.queries.network.band_limits import BandEdition, band_editions
from wanjia.texts import say
from wanjia.web.plain_forms import PlainField, PlainForm, labelled, plain_form, sent
from wanjia.web.saying import said
from wanjia.web.surfaces.board.access import board_page
from wanjia.web.templatetags.loss_words import figure

FIELDS = (
    PlainField("starts_on", "", "date"), PlainField("negative_to_percent", ""),
    PlainField("negative_begins_below", "", "select"), PlainField("economic_from_percent", ""),
    PlainField("economic_to_percent", ""), PlainField("high_from_percent", ""),
    PlainField("high_begins_above", "", "select"), PlainField("coverage_least_percent", ""),
    PlainField("source", "", max_length=SOURCE_CHARACTERS_MAX),
)  # fmt: skip
PERCENTS = tuple(field.name for field in FIELDS if field.name.endswith("_percent"))
ANSWERS = ("high_begins_above", "negative_begins_below")


@never_cache
@board_page
@require_http_methods(["GET", "POST"])
def bands(request: HttpRequest) -> HttpResponse:
    """All editions, and the form for the next."""
    editions = band_editions(request.today, request.actor)
    values = _known(next(one for one in editions if one.in_force))
    faults: tuple[Fault, ...] = ()
    if request.method == "POST":
        values = sent(request.POST, *(field.name for field in FIELDS))
        try:
            row = set_loss_bands(values["starts_on"], _wanted(values), values["source"], request.actor, request.now)
        except (Denied, NotFound):
            raise
        except Refused as refused:
            faults = refused.faults
        else:
            said(request, "losses.done.bands", day=row.starts_on.isoformat())
            return redirect("board:losses_bands")
    page = {
        "editions": editions, "may_set": may(request.actor, "measurement", "edit"),
        "form": _form(values, faults, request.language),
    }  # fmt: skip
    return render(request, "surfaces/board/losses_bands.html", page, status=422 if faults else 200)


def _known(edition: BandEdition) -> dict[str, str]:
    """What is in force, to begin with."""
    return {
        "negative_to_percent": figure(edition.negative_to), "economic_from_percent": figure(edition.economic_from),
        "economic_to_percent": figure(edition.economic_to), "high_from_percent": figure(edition.high_from),
        "coverage_least_percent": figure(edition.coverage_least),
        "high_begins_above": "yes" if edition.high_begins_above else "no",
        "negative_begins_below": "yes" if edition.negative_begins_below else "no",
    }  # fmt: skip


def _wanted(values: dict[str, str]) -> WantedBands:
    """Raises Refused with every field that is no number."""
    figures = {name: _number(values[name]) for name in PERCENTS}
    wrong = [name for name, figure in figures.items() if math.isnan(figure)]
    if wrong:
        raise Refused([Fault("losses.no_number", Where(column=name), {"text": values[name][:40]}) for name in wrong])
    return WantedBands(
        figures["economic_from_percent"], figures["economic_to_percent"], figures["high_from_percent"],
        figures["negative_to_percent"], values["high_begins_above"] == "yes", values["negative_begins_below"] == "yes",
        figures["coverage_least_percent"],
    )  # fmt: skip


def _number(text: str) -> float:
    try:
        return float(text.rstrip("%％").strip())
    except ValueError:
        return math.nan


def _form(values: dict[str, str], faults: tuple[Fault, ...], language: str) -> PlainForm:
    fields = [replace(field, value=values.get(field.name, ""), choices=_choices(field, language)) for field in FIELDS]
    return plain_form(labelled("losses.form.bands", language, *fields), faults, language)


def _choices(field: PlainField, language: str) -> tuple[tuple[str, str], ...]:
    if field.name not in ANSWERS:
        return ()
    return tuple((answer, say(f"losses.form.bands.{field.name}.{answer}", language)) for answer in ("no", "yes"))
