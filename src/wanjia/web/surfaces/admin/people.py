"""People, their logins and keys."""

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wanjia.actions.territory.edit_person import PersonSheet, add_person, edit_person
from wanjia.actions.territory.open_account import ShownOnce, close_account, open_account, reset_password
from wanjia.model.actors import Subject, may
from wanjia.model.faults import Denied, Fault, NotFound, Refused
from wanjia.queries.territory.organisations import organisation_choices
from wanjia.queries.territory.people import PersonFilters, past_and_planned, search_people
from wanjia.queries.territory.people import person as person_of
from wanjia.texts import LANGUAGES, say
from wanjia.web.context import LANGUAGE_NAMES
from wanjia.web.csv_files import csv_response
from wanjia.web.forms import shown_faults
from wanjia.web.listing import export_url, filters_from
from wanjia.web.paging import page_of
from wanjia.web.plain_forms import PlainField, PlainForm, labelled, plain_form, sent
from wanjia.web.surfaces.admin.access import EVERYWHERE, admin_page, done

FIELDS = ("name", "phone", "organisation", "language")
EXPORT_COLUMNS = ("name", "organisation", "posts", "login")


@admin_page("people")
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Staff and partner staff by name, post, cell or login."""
    filters = filters_from(request, PersonFilters)
    rows = search_people(filters, request.today, request.language)
    if request.GET.get("export") == "csv":
        header = [say(f"admin.person.{name}", request.language) for name in EXPORT_COLUMNS]
        return csv_response("people", header, (_cells(row, request.language) for row in rows))
    values = {
        "page": page_of(request, rows), "filters": filters, "filtered": any(asdict(filters).values()),
        "organisations": organisation_choices(request.language), "may_add": may(request.actor, "person", "edit"),
        "export_url": export_url(request),
    }  # fmt: skip
    return render(request, "surfaces/admin/people.html", values)


@admin_page("people")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Somebody new."""
    if not may(request.actor, "person", "edit"):
        raise Denied("person", "edit")
    values = sent(request.POST, *FIELDS) if request.method == "POST" else {"language": "zh-Hans"}
    faults: tuple[Fault, ...] = ()
    if request.method == "POST":
        try:
            row = add_person(PersonSheet(**values), request.actor, request.now)
        except Denied:
            raise
        except Refused as refused:
            faults = refused.faults
        else:
            done(request, "person_added", name=row.name)
            return redirect("admin:person", row.pk)
    page = {"form": _form(request.language, values, faults)}
    return render(request, "surfaces/admin/person_add.html", page, status=422 if faults else 200)


@admin_page("people")
@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: data, posts past and planned, login."""
    if request.method == "GET":
        return _page(request, pk)
    values = sent(request.POST, *FIELDS)
    try:
        edit_person(pk, PersonSheet(**values), request.actor, request.now)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return _page(request, pk, values, refused.faults)
    done(request, "person_edited", name=values["name"])
    return redirect("admin:person", pk)


@admin_page("people")
@require_POST
@sensitive_variables("shown")
def account(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Open a login, reset its password, close or reopen it. A password is shown on this answer and never again."""
    try:
        if deed == "open":
            shown = open_account(pk, request.POST.get("username", "").strip(), request.actor, request.now)
            return _page(request, pk, shown=shown)
        if deed == "reset":
            return _page(request, pk, shown=reset_password(pk, request.actor, request.now))
        if deed in ("close", "reopen"):
            close_account(pk, deed == "close", request.actor, request.now)
            done(request, f"account_{deed}")
            return redirect("admin:person", pk)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return _page(request, pk, account_faults=refused.faults)
    raise NotFound("deed", deed)


def _page(
    request: HttpRequest, pk: int, values: dict[str, str] | None = None, faults: tuple[Fault, ...] = (),
    shown: ShownOnce | None = None, account_faults: tuple[Fault, ...] = (),
) -> HttpResponse:  # fmt: skip
    row = person_of(pk, request.today, request.language)
    if row is None:
        raise NotFound("person", pk)
    kept = {"name": row.name, "phone": row.phone, "organisation": row.organisation_code, "language": row.language}
    page = {
        "row": row, "form": _form(request.language, values or kept, faults), "shown": shown,
        "tenures": past_and_planned(pk, request.language),
        "may_edit": may(request.actor, "person", "edit", Subject(organisations=row.line)),
        "may_open": may(request.actor, "account", "open", EVERYWHERE),
        "account_faults": shown_faults(account_faults, request.language),
        "username": request.POST.get("username", ""),
    }  # fmt: skip
    return render(request, "surfaces/admin/person.html", page, status=422 if faults or account_faults else 200)


def _form(language: str, values: dict[str, str], faults: tuple[Fault, ...]) -> PlainForm:
    fields = labelled(
        "admin.person", language,
        PlainField("name", "", value=values.get("name", ""), max_length=60),
        PlainField("phone", "", "tel", values.get("phone", ""), required=False, max_length=24),
        PlainField(
            "organisation", "", "select", values.get("organisation", ""), choices=organisation_choices(language)
        ),
        PlainField(
            "language", "", "select", values.get("language", ""),
            choices=tuple((code, LANGUAGE_NAMES[code]) for code in LANGUAGES),
        ),
    )  # fmt: skip
    return plain_form(fields, faults, language)


def _cells(row, language: str) -> tuple[object, ...]:
    held = [f"{say(f'role.{post.role}', language)} {post.cell_code or post.organisation}" for post in row.posts]
    return (row.name, row.organisation, "; ".join(held), row.login)
