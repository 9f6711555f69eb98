"""The frame of the field surface, and what a phone needs to keep it: manifest, service worker, list of files.

The frame holds nobody's data, so it may stay on the phone; what somebody has to do comes afterwards, as JSON.
"""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from wanjia.model.faults import Denied
from wanjia.model.permissions import PARTNER_ROLES
from wanjia.texts import say, table
from wanjia.web.context import ISLAND_TEXTS
from wanjia.web.surfaces.field.work import FIELD_KEEP_DAYS

STATIC = Path(settings.STATICFILES_DIRS[0])
KEPT_ISLANDS = ("main.ts", "field/field.ts", "form/form.ts", "map/map.ts")
"""Entries of the build's own list that the field needs without signal; charts and diagrams are for the desk."""
KEPT_FILES = ("wanjia.css", "field.css", "lamp.svg", "lamp-light.svg", "icons.svg", "field-192.png", "field-512.png")
WORKER = "islands/field_worker.js"
SAID_BY_THE_PHONE = ("offline.", "due.", "span.")
"""First parts of the keys of texts that the field's own program says."""
PHOTO_PIXELS_MAX = 1600
"""Longest side of a photograph that is sent: a meter's number can be read, and five fit into a megabyte and a half."""


@never_cache
@require_safe
def shell(request: HttpRequest) -> HttpResponse:
    """The one page of the field; which screen it shows stands behind the #."""
    if not request.actor.person_id:
        return redirect_to_login(request.get_full_path())
    if not request.actor.seats:
        raise Denied("task", "complete")
    language = request.language
    data = {
        "texts": {key: text for key, text in table(language).items() if key.startswith(SAID_BY_THE_PHONE)},
        "language": language, "keep_days": FIELD_KEEP_DAYS, "photo_pixels_max": PHOTO_PIXELS_MAX,
        "urls": {
            "work": reverse("field:work"), "contacts": reverse("field:contacts"), "paper": reverse("field:paper"),
            "send": reverse("field:send"), "worker": reverse("field:worker"), "sign_out": reverse("account:sign_out"),
            "sign_in": f"{reverse('account:sign_in')}?next={reverse('field:shell')}", "desk": _elsewhere(request),
            "language": reverse("account:language"), "cells": f"{reverse('portal:cells')}?level=3",
        },
    }  # fmt: skip
    islands = {name: say(f"island.{name}", language) for name in ISLAND_TEXTS}
    return render(request, "surfaces/field/shell.html", {"data": data, "island_texts": islands})


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """What a phone shows when the field is put on its home screen."""
    icons: list[dict[str, str]] = [
        {"src": static(f"field-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size in (192, 512)
        for purpose in ("any", "maskable")
    ]
    start = reverse("field:shell")
    answer = JsonResponse(
        {
            "id": start, "start_url": start, "scope": start, "display": "standalone", "orientation": "portrait",
            "name": say("offline.app_name", request.language), "short_name": say("offline.app_short", request.language),
            "lang": request.language, "background_color": "#ffffff", "theme_color": "#07462c", "icons": icons,
        },
        content_type="application/manifest+json",
    )  # fmt: skip
    patch_vary_headers(answer, ["Accept-Language", "Cookie"])
    return answer


@never_cache
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, told which files belong together: another file anywhere makes it another worker."""
    kept = kept_files()
    addresses = [static(name) for name in kept]
    told = {"version": _digest(kept), "shell": reverse("field:shell"), "files": addresses}
    program = (STATIC / WORKER).read_text(encoding="utf-8")
    return HttpResponse(f"self.WANJIA = {json.dumps(told)};\n{program}", content_type="text/javascript; charset=utf-8")


@cache
def kept_files() -> tuple[str, ...]:
    """Names of the static files that the field keeps on the phone."""
    built: dict[str, Any] = json.loads((STATIC / "islands/manifest.json").read_text(encoding="utf-8"))
    wanted: dict[str, None] = dict.fromkeys(KEPT_FILES)
    waiting = [name for name in KEPT_ISLANDS if name in built]
    seen = set(waiting)
    while waiting:
        entry = built[waiting.pop()]
        wanted.update(dict.fromkeys(f"islands/{name}" for name in (entry["file"], *_parts(entry))))
        more = [name for name in entry.get("imports", ()) if name not in seen]
        seen.update(more)
        waiting += more
    return tuple(wanted)


def _parts(entry: dict[str, Any]) -> list[str]:
    return [*entry.get("css", ()), *entry.get("assets", ())]


@cache
def _digest(kept: tuple[str, ...]) -> str:
    found = hashlib.sha256()
    for name in kept:
        found.update(name.encode() + (STATIC / name).read_bytes())
    return found.hexdigest()[:16]


def _elsewhere(request: HttpRequest) -> str:
    is_partner = all(seat.role in PARTNER_ROLES for seat in request.actor.seats)
    return reverse("window:tasks" if is_partner else "desk:tasks")
