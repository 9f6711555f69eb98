"""My tasks, and handing several of them over at once."""

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from wanjia.actions.territory.hand_over import hand_over_tasks
from wanjia.model.actors import may
from wanjia.model.faults import Denied, Fault, Refused, Where
from wanjia.queries.cases.hand_over import holders_of_tasks
from wanjia.queries.cases.installed import practice_names
from wanjia.queries.cases.people import colleagues, is_person
from wanjia.queries.cases.task_list import GROUPS, TaskFilters, TaskList, TaskRow, my_tasks, tasks_in_scope
from wanjia.texts import say
from wanjia.web.csv_files import csv_response
from wanjia.web.forms import shown_faults
from wanjia.web.listing import export_url, filters_from, local
from wanjia.web.paging import page_of
from wanjia.web.saying import said, said_undoable
from wanjia.web.surfaces.desk.access import desk_page

TASKS_PER_PAGE = 100
"""More than anybody does in a day; who hands over to a successor still ticks them page by page."""

EXPORT_COLUMNS = ("task", "number", "title", "practice", "cell", "holder", "opened", "due")


@desk_page
@require_GET
def tasks(request: HttpRequest) -> HttpResponse:
    """What waits for me, the strictest clock first; `?scope=all` shows whatever I may see."""
    if request.GET.get("export") == "csv":
        header = [say(f"desk.column.{name}", request.language) for name in EXPORT_COLUMNS]
        return csv_response("tasks", header, (_cells(row) for row in _listed(request).rows))
    return _page(request)


@desk_page
@require_POST
def hand_over(request: HttpRequest) -> HttpResponse:
    """The chosen tasks go to a colleague; all of them or none."""
    chosen = [int(pk) for pk in request.POST.getlist("task") if pk.isdigit()]
    to = request.POST.get("to", "").removeprefix("person:")
    faults = [
        Fault(f"hand_over.{name}_missing", Where(name)) for name, value in (("task", chosen), ("to", to)) if not value
    ]
    if to and not is_person(f"person:{to}"):
        faults.append(Fault("field.no_such_person", Where("to")))
    before = holders_of_tasks(chosen)
    try:
        if faults:
            raise Refused(faults)
        moved = hand_over_tasks(chosen, int(to), request.actor, request.now)
    except Denied:
        raise
    except Refused as refused:
        return _page(request, refused.faults, chosen, status=422)
    if len(set(before.values())) == 1 and moved == len(before):
        fields = {"to": f"person:{next(iter(before.values()))}", "undo": "1"}
        # one field name per input: the ids travel in one value
        fields["tasks"] = ",".join(map(str, chosen))
        said_undoable(request, "desk.done.hand_over", reverse("desk:hand_back"), fields, count=moved)
    else:
        said(request, "desk.done.hand_over", count=moved)
    return redirect(_back(request))


@desk_page
@require_POST
def hand_back(request: HttpRequest) -> HttpResponse:
    """Undo of a hand-over: the same tasks go back to who had them."""
    chosen = [int(pk) for pk in request.POST.get("tasks", "").split(",") if pk.isdigit()]
    to = request.POST.get("to", "").removeprefix("person:")
    moved = hand_over_tasks(chosen, int(to) if to.isdigit() else 0, request.actor, request.now)
    said(request, "desk.done.hand_back", count=moved)
    return redirect("desk:tasks")


def filters_of(request: HttpRequest) -> TaskFilters:
    """Filters from the address."""
    return filters_from(request, TaskFilters)


def _back(request: HttpRequest) -> str:
    """The list as it was filtered: its filters come along in the address."""
    query = request.GET.urlencode()
    return reverse("desk:tasks") + (f"?{query}" if query else "")


def _listed(request: HttpRequest) -> TaskList:
    find = tasks_in_scope if request.GET.get("scope") == "all" else my_tasks
    return find(request.actor, filters_of(request), request.now, request.language)


def _page(
    request: HttpRequest, faults: tuple[Fault, ...] = (), chosen: list[int] | None = None, status: int = 200
) -> HttpResponse:
    may_hand_over = may(request.actor, "task", "hand_over")
    listed = _listed(request)
    page = page_of(request, listed.rows, TASKS_PER_PAGE, reverse("desk:tasks"))
    groups = [(name, [row for row in page.rows if row.group == name]) for name in GROUPS]
    values = {
        "page": page,
        "groups": [(name, found, listed.counts[name]) for name, found in groups if found],
        "total": page.total,
        "filters": filters_of(request),
        "filtered": any(asdict(filters_of(request)).values()),
        "scope": request.GET.get("scope", ""),
        "practices": practice_names(request.language),
        "group_names": GROUPS,
        "may_hand_over": may_hand_over,
        "colleagues": colleagues(request.actor, request.today, request.language) if may_hand_over else (),
        "faults": shown_faults(faults, request.language),
        "chosen": chosen or [],
        "people_address": reverse("desk:people"),
        "export_url": export_url(request),
    }
    return render(request, "surfaces/desk/tasks.html", values, status=status)


def _cells(row: TaskRow) -> tuple[object, ...]:
    return (
        row.name, row.number, row.title, row.practice, row.cell_code, row.holder, local(row.opened_at),
        local(row.due_at),
    )  # fmt: skip
