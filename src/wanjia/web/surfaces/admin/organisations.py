"""The tree of organisations."""

from dataclasses import asdict, dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from wanjia.actions.territory.edit_organisation import OrganisationSheet, add_organisation, edit_organisation
from wanjia.model.actors import Subject, may
from wanjia.model.faults import Denied, Fault, NotFound, Refused
from wanjia.queries.territory.organisations import kinds, organisation, organisation_choices, organisation_tree
from wanjia.texts import say
from wanjia.web.csv_files import csv_response
from wanjia.web.listing import export_url, filters_from
from wanjia.web.paging import page_of
from wanjia.web.plain_forms import PlainField, PlainForm, labelled, plain_form, sent
from wanjia.web.surfaces.admin.access import admin_page, done

FIELDS = ("code", "kind", "name_zh", "name_en", "parent", "phone")
EXPORT_COLUMNS = ("code", "kind", "name_zh", "name_en", "parent", "phone")
ROWS_PER_PAGE = 60


@dataclass(frozen=True)
class OrganisationFilters:
    """What the address says."""

    text: str = ""
    kind: str = ""


@admin_page("organisations")
@require_GET
def organisations(request: HttpRequest) -> HttpResponse:
    """The tree, searched and filtered."""
    filters = filters_from(request, OrganisationFilters)
    rows = organisation_tree(request.language, filters.text, filters.kind)
    if request.GET.get("export") == "csv":
        header = [say(f"admin.organisation.{name}", request.language) for name in EXPORT_COLUMNS]
        return csv_response("organisations", header, ([getattr(row, name) for name in EXPORT_COLUMNS] for row in rows))
    values = {
        "page": page_of(request, rows, ROWS_PER_PAGE), "filters": filters, "filtered": any(asdict(filters).values()),
        "kinds": _kinds(request.language), "may_add": may(request.actor, "organisation", "edit"),
        "export_url": export_url(request),
    }  # fmt: skip
    return render(request, "surfaces/admin/organisations.html", values)


@admin_page("organisations")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A new organisation."""
    if not may(request.actor, "organisation", "edit"):
        raise Denied("organisation", "edit")
    if request.method == "GET":
        return _page(request, {"parent": request.GET.get("parent", "")})
    values = sent(request.POST, *FIELDS)
    try:
        row = add_organisation(OrganisationSheet(**values), request.actor, request.now)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return _page(request, values, refused.faults)
    done(request, "organisation_added", name=row.name_zh)
    return redirect("admin:organisations")


@admin_page("organisations")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """One organisation; whoever may not change it reads it."""
    row = organisation(code, request.language)
    if row is None:
        raise NotFound("organisation", code)
    if request.method == "GET":
        return _page(request, {name: getattr(row, name) for name in FIELDS}, row=row)
    values = {**sent(request.POST, *FIELDS), "code": code}
    try:
        edit_organisation(OrganisationSheet(**values), request.actor, request.now)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return _page(request, values, refused.faults, row)
    done(request, "organisation_edited", name=values["name_zh"])
    return redirect("admin:organisation", code)


def _page(request: HttpRequest, values: dict, faults: tuple[Fault, ...] = (), row=None) -> HttpResponse:
    line = row.line if row else frozenset()
    may_edit = may(request.actor, "organisation", "edit", Subject(organisations=line) if row else None)
    page = {"form": _form(request.language, values, faults, row is not None), "row": row, "may_edit": may_edit}
    return render(request, "surfaces/admin/organisation.html", page, status=422 if faults else 200)


def _form(language: str, values: dict, faults: tuple[Fault, ...], kept: bool) -> PlainForm:
    parents = (("", say("admin.organisation.no_parent", language)), *organisation_choices(language))
    fields = labelled(
        "admin.organisation", language,
        PlainField("code", "", value=values.get("code", ""), fixed=kept, max_length=64),
        PlainField("kind", "", "select", values.get("kind", ""), choices=_kinds(language)),
        PlainField("name_zh", "", value=values.get("name_zh", ""), max_length=80),
        PlainField("name_en", "", value=values.get("name_en", ""), max_length=120),
        PlainField("parent", "", "select", values.get("parent", ""), required=False, choices=parents),
        PlainField("phone", "", "tel", values.get("phone", ""), required=False, max_length=24),
    )  # fmt: skip
    return plain_form(fields, faults, language)


def _kinds(language: str) -> tuple[tuple[str, str], ...]:
    return tuple((kind, say(f"organisation_kind.{kind}", language)) for kind in kinds())
