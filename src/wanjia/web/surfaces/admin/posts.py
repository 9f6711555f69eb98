"""Posts, who holds them, and appointments with what they move."""

from dataclasses import asdict
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wanjia.actions.territory.appoint import appoint
from wanjia.actions.territory.cancel_appointment import cancel_appointment
from wanjia.actions.territory.create_post import POST_ROLES, PostSheet, create_post
from wanjia.model.actors import Subject, may
from wanjia.model.faults import Denied, Fault, NotFound, Refused, Where
from wanjia.queries.territory.organisations import organisation_choices
from wanjia.queries.territory.people import people_to_choose
from wanjia.queries.territory.people import person as person_of
from wanjia.queries.territory.posts import PostFilters, PostPage, post_page, search_posts
from wanjia.texts import say
from wanjia.web.csv_files import csv_response
from wanjia.web.forms import shown_faults
from wanjia.web.listing import day_of, export_url, filters_from
from wanjia.web.paging import page_of
from wanjia.web.plain_forms import PlainField, PlainForm, labelled, plain_form, sent
from wanjia.web.surfaces.admin.access import admin_page, done

FIELDS = ("code", "role", "organisation", "cell")
EXPORT_COLUMNS = ("code", "role", "organisation", "cell", "holder", "since", "until", "open_tasks")


@admin_page("posts")
@require_GET
def posts(request: HttpRequest) -> HttpResponse:
    """Every post with its holder today, or on another day."""
    filters = filters_from(request, PostFilters)
    on = day_of(request.GET.get("on", "")) or request.today
    rows = search_posts(filters, on, request.language)
    if request.GET.get("export") == "csv":
        header = [say(f"admin.post.{name}", request.language) for name in EXPORT_COLUMNS]
        return csv_response("posts", header, (_cells(row, request.language) for row in rows))
    values = {
        "page": page_of(request, rows), "filters": filters, "on": on,
        "filtered": any(asdict(filters).values()) or on != request.today, "roles": _roles(request.language),
        "organisations": organisation_choices(request.language), "may_add": may(request.actor, "post", "edit"),
        "export_url": export_url(request),
    }  # fmt: skip
    return render(request, "surfaces/admin/posts.html", values)


@admin_page("posts")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A new post."""
    if not may(request.actor, "post", "edit"):
        raise Denied("post", "edit")
    values, faults = sent(request.POST, *FIELDS), ()
    if request.method == "POST":
        try:
            row = create_post(PostSheet(**values), request.actor, request.now, request.today)
        except Denied:
            raise
        except Refused as refused:
            faults = refused.faults  # type: ignore[assignment]
        else:
            done(request, "post_added", code=row.code)
            return redirect("admin:post", row.code)
    page = {"form": _form(request.language, values, faults)}
    return render(request, "surfaces/admin/post_add.html", page, status=422 if faults else 200)


@admin_page("posts")
@require_http_methods(["GET", "POST"])
def post(request: HttpRequest, code: str) -> HttpResponse:
    """One post: who held it when, and a new appointment: search, preview, confirm."""
    if request.method == "GET":
        return _page(request, code, request.GET.get("to", ""), request.GET.get("starts_on", ""))
    to, text = request.POST.get("to", ""), request.POST.get("starts_on", "")
    starts_on = day_of(text)
    try:
        faults = _asked_faults(to, text, starts_on)
        if faults or starts_on is None:
            raise Refused(faults)
        tenure = appoint(code, int(to), starts_on, request.actor, request.now, request.today)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return _page(request, code, to, text, refused.faults)
    key = "appointed" if starts_on <= request.today else "appointment_planned"
    done(request, key, name=tenure.person.name, day=starts_on.isoformat())
    return redirect("admin:post", code)


@admin_page("posts")
@require_POST
def cancel(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Take back an appointment that has not begun."""
    try:
        cancel_appointment(pk, request.actor, request.now, request.today)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return _page(request, code, "", "", refused.faults)
    done(request, "appointment_cancelled")
    return redirect("admin:post", code)


def _page(
    request: HttpRequest, code: str, to: str, starts_on: str, faults: tuple[Fault, ...] = ()
) -> HttpResponse:  # fmt: skip
    found = post_page(code, request.today, request.language)
    if found is None:
        raise NotFound("post", code)
    q = request.GET.get("q", "")[:60]
    person = person_of(int(to), request.today, request.language) if to.isdigit() else None
    day = day_of(starts_on)
    page = {
        "found": found, "row": found.row, "q": q, "people": people_to_choose(q, request.language), "to": to,
        "starts_on": starts_on or request.today.isoformat(), "faults": shown_faults(faults, request.language),
        "may_appoint": may(request.actor, "post", "appoint", _subject(found)),
        "preview": {"person": person, "day": day, "now": day <= request.today} if person and day else None,
    }  # fmt: skip
    return render(request, "surfaces/admin/post.html", page, status=422 if faults else 200)


def _subject(found: PostPage) -> Subject:
    cells = frozenset([found.row.cell_code] if found.row.cell_code else [])
    return Subject(cells=cells, organisations=found.line)


def _asked_faults(to: str, text: str, starts_on: date | None) -> list[Fault]:
    faults = [] if to.isdigit() else [Fault("field.missing", Where("to"))]
    if starts_on is None:
        faults.append(Fault("field.day", Where("starts_on"), {"text": text[:20]}))
    return faults


def _form(language: str, values: dict[str, str], faults: tuple[Fault, ...]) -> PlainForm:
    fields = labelled(
        "admin.post", language,
        PlainField("code", "", value=values.get("code", ""), max_length=64),
        PlainField("role", "", "select", values.get("role", ""), choices=_roles(language)),
        PlainField(
            "organisation", "", "select", values.get("organisation", ""), choices=organisation_choices(language)
        ),
        PlainField("cell", "", value=values.get("cell", ""), required=False, max_length=64),
    )  # fmt: skip
    return plain_form(fields, faults, language)


def _roles(language: str) -> tuple[tuple[str, str], ...]:
    return tuple((role, say(f"role.{role}", language)) for role in POST_ROLES)


def _cells(row, language: str) -> tuple[object, ...]:
    role = say(f"role.{row.role}", language)
    return (
        row.code, role, row.organisation, row.cell_code, row.holder, row.since or "", row.until or "", row.open_tasks
    )  # fmt: skip
