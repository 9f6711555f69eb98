"""Who gets to the board, what part of the network the address asks for, and the board's navigation."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from wanjia.model.actors import Actor
from wanjia.model.faults import Denied
from wanjia.model.permissions import PARTNER_ROLES, allowed
from wanjia.queries.cases.organisations import organisation_choices
from wanjia.queries.network.parts import Part, feeder_choices, seen_districts

View = Callable[..., HttpResponse]

FEEDERS_OFFERED_MAX = 120
"""Feeders offered while typing: those of a station or two; a company's 640 are found by their code."""
NAVIGATION = (
    ("home", ()),
    ("outages", ("outages", "reliability", "districts")),
    ("planning", ("plans", "work_requests", "works", "means", "demands")),
    ("losses", ()),
    ("safety", ()),
)
"""Pages by subject, so that the bar stays one row; a subject of one page is its link."""


def board_page(view: View) -> View:
    """For staff whose post sees outages; others sign in first, or learn that this is not for them."""

    @wraps(view)
    def page(request: HttpRequest, *args: object, **values: object) -> HttpResponse:
        if not request.actor.person_id:
            return redirect_to_login(request.get_full_path())
        if not sees_outages(request.actor):
            raise Denied("outage", "see")
        request.board_nav = _navigation(request.path)
        return view(request, *args, **values)

    return page


@dataclass(frozen=True)
class Link:
    """A page in the navigation. `here`: "page" for the page itself, "true" for one below it, else empty."""

    url: str
    key: str
    here: str


@dataclass(frozen=True)
class Group:
    """A subject: its own link, or several behind its name."""

    key: str
    links: tuple[Link, ...]
    is_menu: bool

    @property
    def is_here(self) -> bool:
        """One of its pages is shown."""
        return any(link.here for link in self.links)


def _navigation(path: str) -> list[Group]:
    pages = {name: reverse(f"board:{name}") for subject, names in NAVIGATION for name in names or (subject,)}
    nearest = max((url for url in pages.values() if path.startswith(url)), key=len, default="")

    def link(name: str) -> Link:
        url = pages[name]
        return Link(url, f"board.nav.{name}", "" if url != nearest else "page" if url == path else "true")

    return [
        Group(f"board.nav.group.{subject}", tuple(map(link, names or (subject,))), bool(names))
        for subject, names in NAVIGATION
    ]


def sees_outages(actor: Actor) -> bool:
    """A post of the supply side that reads outages; what everybody may know stands in the portal."""
    roles = [seat.role for seat in actor.seats if seat.role not in PARTNER_ROLES]
    return allowed(roles, "outage", "see") is not None


def part_of(request: HttpRequest) -> Part:
    """The part of the network that the address asks for."""
    wanted = {name: request.GET.get(name, "").strip()[:64] for name in ("organisation", "cell", "feeder")}
    return Part(**wanted)


def part_choices(request: HttpRequest, part: Part) -> dict[str, object]:
    """What the filter of a page offers."""
    feeders = feeder_choices(seen_districts(request.actor, Part(part.organisation, part.cell)), request.language)
    return {
        "part": part,
        "organisations": organisation_choices(request.actor, request.language),
        "feeders": feeders if len(feeders) <= FEEDERS_OFFERED_MAX else (),
        "narrowed": bool(part.organisation or part.cell or part.feeder),
    }


def part_query(request: HttpRequest, *also: str) -> str:
    """The filters of the address again, to hand on; `also` names further ones to keep."""
    query = request.GET.copy()
    for name in list(query):
        if name not in ("organisation", "cell", "feeder", *also) or not query[name]:
            del query[name]
    return query.urlencode()
