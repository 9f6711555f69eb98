"""The first page: what this actor may keep."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from wanjia.queries.cases.oversight import stuck_cases
from wanjia.web.surfaces.admin.access import admin_page


@admin_page()
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """One tile per section; what needs somebody now stands above them."""
    watches = any(section.name == "stuck" for section in request.sections)
    values = {"stuck_count": len(stuck_cases(request.language)) if watches else 0}
    return render(request, "surfaces/admin/home.html", values)
