"""Service contact cards: issue, print, revoke."""

import math

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from wanjia.actions.territory.issue_contact_card import Village, issue_contact_card
from wanjia.actions.territory.revoke_contact_card import revoke_contact_card
from wanjia.model.actors import may
from wanjia.model.faults import Denied, Fault, NotFound, Refused, Where
from wanjia.queries.territory.contact_cards import search_cards
from wanjia.web.listing import export_url
from wanjia.web.paging import page_of
from wanjia.web.plain_forms import PlainField, labelled, plain_form, sent
from wanjia.web.surfaces.admin.access import EVERYWHERE, admin_page, done

FIELDS = ("village_zh", "village_en", "longitude", "latitude")
VILLAGE_CHARACTERS_MAX = 80
STATES = ("valid", "revoked", "all")


@admin_page("cards")
@require_http_methods(["GET", "POST"])
def cards(request: HttpRequest) -> HttpResponse:
    """The cards of the actor's cells, and a new one."""
    if request.method == "GET":
        return _page(request, dict.fromkeys(FIELDS, ""))
    values = sent(request.POST, *FIELDS)
    try:
        card = issue_contact_card(_village(values), request.actor, request.now)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return _page(request, values, refused.faults)
    done(request, "card_issued", village=card.village_zh)
    return redirect("admin:cards")


@admin_page("cards")
@require_POST
def revoke(request: HttpRequest, code: str) -> HttpResponse:
    """From today on the card leads nowhere."""
    try:
        card = revoke_contact_card(code, request.actor, request.now)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return _page(request, dict.fromkeys(FIELDS, ""), refused.faults)
    done(request, "card_revoked", village=card.village_zh)
    return redirect("admin:cards")


def _page(request: HttpRequest, values: dict[str, str], faults: tuple[Fault, ...] = ()) -> HttpResponse:
    text, state = request.GET.get("text", "")[:80], request.GET.get("state", "valid")
    wide = may(request.actor, "contact_card", "install", EVERYWHERE)
    rows = search_cards(request.actor, text, state, wide, request.today, request.language)
    fields = labelled(
        "admin.card", request.language,
        PlainField("village_zh", "", value=values["village_zh"], max_length=VILLAGE_CHARACTERS_MAX),
        PlainField("village_en", "", value=values["village_en"], required=False, max_length=120),
    )  # fmt: skip
    page = {
        "page": page_of(request, rows), "text": text, "state": state, "states": STATES, "values": values,
        "form": plain_form(fields, faults, request.language), "export_url": export_url(request),
    }  # fmt: skip
    return render(request, "surfaces/admin/cards.html", page, status=422 if faults else 200)


def _village(values: dict[str, str]) -> Village:
    """What was sent, or every fault of it."""
    faults = []
    if not 0 < len(values["village_zh"]) <= VILLAGE_CHARACTERS_MAX:
        faults.append(Fault("card.village", Where("village_zh")))
    degrees = {name: _degrees(values[name], limit) for name, limit in (("longitude", 180.0), ("latitude", 90.0))}
    faults += [
        Fault("field.degrees", Where(name), {"text": values[name][:20]}) for name, at in degrees.items() if at is None
    ]
    if faults:
        raise Refused(faults)
    longitude, latitude = degrees["longitude"] or 0.0, degrees["latitude"] or 0.0
    return Village(values["village_zh"], values["village_en"][:120], longitude, latitude)


def _degrees(text: str, limit: float) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) <= limit else None
