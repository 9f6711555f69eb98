"""The sections of the admin surface, and who gets into which: the permission table decides."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from wanjia.model.actors import Actor, Subject, may
from wanjia.model.faults import Denied
from wanjia.texts import say

View = Callable[..., HttpResponse]
EVERYWHERE = Subject()
"""Nobody's and nowhere's: only the scope `all` covers it."""


@dataclass(frozen=True)
class Section:
    """One section: its first page, the permission that opens it, and whether that must reach everywhere."""

    name: str
    noun: str
    verb: str
    everywhere: bool = True

    def open_to(self, actor: Actor) -> bool:
        """Whether the actor gets in."""
        return may(actor, self.noun, self.verb, EVERYWHERE if self.everywhere else None)


SECTIONS = (
    Section("organisations", "organisation", "see"),
    Section("people", "person", "see"),
    Section("posts", "post", "see"),
    Section("territory", "post", "see"),
    Section("calendars", "calendar", "see"),
    Section("practices", "practice", "see"),
    Section("cards", "contact_card", "install", everywhere=False),
    Section("deliveries", "delivery", "see"),
    Section("stuck", "history", "see"),
    Section("reads", "account", "see"),
    Section("history", "history", "see"),
)


def sections_for(actor: Actor) -> tuple[Section, ...]:
    """The sections that the actor may open."""
    return tuple(section for section in SECTIONS if section.open_to(actor))


def admin_page(name: str = "") -> Callable[[View], View]:
    """For those who may open the section (any section without a name); others sign in first, or are refused."""

    def decorate(view: View) -> View:
        @wraps(view)
        @never_cache
        def page(request: HttpRequest, *args: object, **values: object) -> HttpResponse:
            if not request.actor.person_id:
                return redirect_to_login(request.get_full_path())
            request.sections, request.section = sections_for(request.actor), name
            if not any(name in ("", section.name) for section in request.sections):
                raise Denied(name or "organisation", "see")
            return view(request, *args, **values)

        return page

    return decorate


def done(request: HttpRequest, key: str, **values: object) -> None:
    """Say on the next page what was done."""
    messages.success(request, say(f"admin.done.{key}", request.language, **values), extra_tags="done")
