"""What every template may use beside its own values."""

from django.conf import settings
from django.http import HttpRequest

from wanjia.model.actors import may
from wanjia.model.permissions import PARTNER_ROLES
from wanjia.texts import LANGUAGES, say
from wanjia.web.passkeys import site_of

ISLAND_TEXTS = (
    "Map.Title", "NavigationControl.ZoomIn", "NavigationControl.ZoomOut", "Process.Whole", "Process.Here",
)  # fmt: skip
"""Words of the islands' own controls; those of the map by the map library's names."""
LANGUAGE_NAMES = {"zh-Hans": "中文", "en": "English"}


def page(request: HttpRequest) -> dict[str, object]:
    """Actor, language, today, and the surfaces this visitor may open."""
    actor = getattr(request, "actor", None)
    return {
        "actor": actor,
        "language": getattr(request, "language", "zh-Hans"),
        "languages": [(code, LANGUAGE_NAMES[code]) for code in LANGUAGES],
        "today": getattr(request, "today", None),
        "now": getattr(request, "now", None),
        "demo": settings.DEMO,
        "signed_in": bool(actor and actor.person_id),
        "is_staff": bool(actor and any(seat.role not in PARTNER_ROLES for seat in actor.seats)),
        "is_partner": bool(actor and any(seat.role in PARTNER_ROLES for seat in actor.seats)),
        "island_texts": {name: say(f"island.{name}", getattr(request, "language", "zh-Hans")) for name in ISLAND_TEXTS},
        "has_passkeys": site_of(request) is not None,
        "is_admin": bool(actor and may(actor, "organisation", "edit")),
    }
