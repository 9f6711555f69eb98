"""Working-day calendars, a year at a time."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from wanjia.actions.cases.enter_calendar_year import enter_calendar_year
from wanjia.adapters.work_calendar import codec
from wanjia.model.actors import may
from wanjia.model.faults import Denied, Fault, Refused
from wanjia.queries.cases.calendars import affected_clocks, calendar_days, calendar_years
from wanjia.web.plain_forms import PlainField, labelled, plain_form
from wanjia.web.surfaces.admin.access import admin_page, done
from wanjia.web.surfaces.admin.calendar_lines import as_lines, read_lines


@admin_page("calendars")
@require_GET
def calendars(request: HttpRequest) -> HttpResponse:
    """The years that are known, and which one is wanted next."""
    years = calendar_years()
    wanted = (request.today.year, request.today.year + 1)
    known = {row.year for row in years}
    asked = request.GET.get("year", "")
    if asked.isdigit() and len(asked) == 4:
        return redirect("admin:calendar", int(asked))
    values = {
        "years": years, "missing": [year for year in wanted if year not in known],
        "may_enter": may(request.actor, "calendar", "enter"), "next_year": max(known, default=wanted[0] - 1) + 1,
    }  # fmt: skip
    return render(request, "surfaces/admin/calendars.html", values)


@admin_page("calendars")
@require_http_methods(["GET", "POST"])
def year(request: HttpRequest, year: int) -> HttpResponse:
    """One year: its days, its source, and the running deadlines that a change would concern."""
    if request.method == "GET":
        return _page(request, year, *_kept(request, year))
    text, source = request.POST.get("days", ""), request.POST.get("source", "").strip()
    before = {row.day: (row.working, row.name) for row in calendar_days(year)}
    try:
        days, faults = read_lines(text)
        if faults:
            raise Refused(faults)
        enter_calendar_year(year, days, source, request.actor, request.now)
    except Denied:
        raise
    except Refused as refused:
        return _page(request, year, text, source, refused.faults)
    changed = [day for day in {*before, *days} if before.get(day, (None,))[0] != days.get(day, (None,))[0]]
    affected = affected_clocks(changed, request.language)
    done(request, "calendar_affected" if affected else "calendar_entered", year=year, count=len(affected))
    return redirect("admin:calendar", year)


def _kept(request: HttpRequest, year: int) -> tuple[str, str]:
    """What is entered; else, when asked, what the package knows of an announced year."""
    rows = calendar_days(year)
    known = next((row for row in calendar_years() if row.year == year), None)
    if known is not None and request.GET.get("from") != "announced":
        return as_lines({row.day: (row.working, row.name) for row in rows}), known.source
    if year in codec.known_years():
        return as_lines({day: (working, "") for day, working in codec.rows([year])}), codec.SOURCE
    return "", ""


def _page(
    request: HttpRequest, year: int, text: str, source: str, faults: tuple[Fault, ...] = ()
) -> HttpResponse:  # fmt: skip
    language = request.language
    fields = labelled(
        "admin.calendar", language,
        PlainField("source", "", value=source, max_length=200),
        PlainField("days", "", "textarea", text, required=False, rows=18),
    )  # fmt: skip
    rows = calendar_days(year)
    values = {
        "year": year, "form": plain_form(fields, faults, language), "days": rows,
        "known": any(row.year == year for row in calendar_years()), "announced": year in codec.known_years(),
        "may_enter": may(request.actor, "calendar", "enter"),
        "affected": affected_clocks(_days_of(year, rows, request.today), language),
    }  # fmt: skip
    return render(request, "surfaces/admin/calendar.html", values, status=422 if faults else 200)


def _days_of(year: int, rows, today: date) -> list[date]:
    """Days to come that differ from the week: what running deadlines are counted with."""
    return [row.day for row in rows if row.day >= today]
