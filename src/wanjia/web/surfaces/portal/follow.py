"""Following a request: number and code, the requester's page, and what of it is renewed by itself."""

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from wanjia.actions.cases.open_case import opens
from wanjia.model.faults import Fault, NotFound, Where
from wanjia.model.jsonvalue import Facts
from wanjia.queries.cases.follow import FollowPage, case_to_open, current_stamp, follow_page, reached_from
from wanjia.queries.cases.my_requests import my_requests
from wanjia.queries.cases.own_tasks import OwnTask
from wanjia.web import limits
from wanjia.web.forms import PageForm, page_form, shown_faults
from wanjia.web.middleware import grant
from wanjia.web.naming_fields import nameable
from wanjia.web.own_entries import own_entries
from wanjia.web.paging import page_of
from wanjia.web.uploads import UPLOAD_KEY_FIELD, upload_key_of


@never_cache
@require_http_methods(["GET", "POST"])
def gate(request: HttpRequest) -> HttpResponse:
    """Number and code; wrong tries are limited per number and per address."""
    number = (request.POST.get("number") or request.GET.get("number", "")).strip().upper()
    if request.method == "POST":
        if _opened(request, number, "".join(request.POST.get("code", "").split())):
            return redirect("portal:case", number)
        faults = shown_faults([Fault("portal.wrong_code", Where(column="code"))], request.language)
        return render(request, "surfaces/portal/gate.html", {"number": number, "faults": faults}, status=422)
    return render(request, "surfaces/portal/gate.html", {"number": number, "faults": ()})


def _opened(request: HttpRequest, number: str, code: str) -> bool:
    """Let this browser see the case if the code is right. Raises TooMany."""
    address = limits.address_of(request)
    counted = (
        (limits.WRONG_CODES, (number, address)), (limits.WRONG_CODES_OF_ADDRESS, (address,)),
        (limits.WRONG_CODES_OF_NUMBER, (number,)),
    )  # fmt: skip
    for limit, whose in counted:
        limits.check(limit, *whose)
    case = case_to_open(number)
    if case is not None and opens(case, code):
        grant(request, case.pk)
        return True
    for limit, whose in counted:
        limits.take(limit, *whose)
    return False


@never_cache
@require_safe
def page(request: HttpRequest, number: str) -> HttpResponse:
    """The requester's page; whoever has not shown the code yet is asked for it, unless they come from a case of theirs
    that opened this one."""
    try:
        return show(request, number)
    except NotFound:
        reached = reached_from(number, request.actor)
        if reached is not None and reached not in request.actor.grants:
            grant(request, reached)
            return redirect("portal:case", number)
        return redirect(f"/follow/?number={number}")


@never_cache
@require_safe
def status(request: HttpRequest, number: str) -> HttpResponse:
    """What changes by itself; 204 while nothing did. My tasks come along only when they are others than before."""
    if current_stamp(number, request.actor, request.now) == request.GET.get("stamp"):
        return HttpResponse(status=204)
    shown = follow_page(number, request.actor, request.now, request.language)
    changed = _keys(shown) != request.GET.get("tasks", "")
    values = {**_values(request, shown), "tasks_changed": changed}
    return render(request, "surfaces/portal/case_status.html", values)


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The requests of somebody signed in, and those this browser has opened."""
    text = request.GET.get("q", "").strip()
    rows = page_of(request, my_requests(request.actor, text, request.language))
    return render(request, "surfaces/portal/my.html", {"rows": rows, "q": text})


@never_cache
@require_safe
def entries(request: HttpRequest) -> HttpResponse:
    """What stands in registers about somebody who is signed in."""
    if not request.actor.person_id:
        return redirect_to_login(request.get_full_path())
    return own_entries(request, "surfaces/portal/entries.html")


def show(
    request: HttpRequest, number: str, deed: str = "", faults: tuple[Fault, ...] = (), answers: Facts | None = None
) -> HttpResponse:  # fmt: skip
    """The page; with faults the refused form (a task's key, or the name of a deed) stands open with them."""
    shown = follow_page(number, request.actor, request.now, request.language)
    values = {**_values(request, shown, deed, faults, answers), "full": True}
    return render(request, "surfaces/portal/case.html", values, status=422 if faults else 200)


def _values(
    request: HttpRequest, shown: FollowPage, deed: str = "", faults: tuple[Fault, ...] = (),
    answers: Facts | None = None,
) -> dict[str, object]:  # fmt: skip
    tasks = [(task, _form(request, shown, task, deed, faults, answers)) for task in shown.mine]
    # A form that can show its faults itself does; they stand on top for everything else.
    on_top = () if any(task.key == deed and form for task, form in tasks) else faults
    return {
        "page": shown, "tasks": tasks, "task_keys": _keys(shown), "deed": deed, "answers": answers or {},
        "faults": shown_faults(on_top, request.language), "upload_key": upload_key_of(request),
        "upload_key_field": UPLOAD_KEY_FIELD,
    }  # fmt: skip


def _form(
    request: HttpRequest, shown: FollowPage, task: OwnTask, deed: str, faults: tuple[Fault, ...], answers: Facts | None
) -> PageForm | None:  # fmt: skip
    if not task.has_form:
        return None
    mine = task.key == deed
    return page_form(
        shown.practice, task.step, request.language, (answers or {}) if mine else {}, faults if mine else (),
        task.facts, naming=nameable(request, shown.practice, task.step, task.facts),
    )  # fmt: skip


def _keys(shown: FollowPage) -> str:
    return " ".join(task.key for task in shown.mine)
