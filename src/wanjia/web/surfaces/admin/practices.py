"""Installed practices: versions, settings, uploads, upgrades of running cases."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wanjia.actions.cases.activate_practice import activate_practice
from wanjia.actions.cases.change_settings import change_settings
from wanjia.actions.cases.install_practice import install_practice
from wanjia.actions.cases.switch_recurring import switch_recurring
from wanjia.actions.cases.upgrade_cases import upgrade_cases
from wanjia.model.actors import may
from wanjia.model.faults import Denied, Fault, NotFound, Refused, Where
from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.nouns import Setting
from wanjia.queries.cases.practice_versions import PracticePage, SettingRow, practice_page, practice_rows
from wanjia.queries.cases.recurring import recurring_page
from wanjia.texts import fault_sentence
from wanjia.web.forms import shown_faults
from wanjia.web.surfaces.admin.access import EVERYWHERE, admin_page, done
from wanjia.web.surfaces.admin.practice_zip import ZIP_BYTES_MAX, read_zip

FAULTS_SHOWN_MAX = 500


@admin_page("practices")
@require_GET
def practices(request: HttpRequest) -> HttpResponse:
    """What is installed."""
    values = {"rows": practice_rows(request.language), "may_install": _may_install(request)}
    return render(request, "surfaces/admin/practices.html", values)


@admin_page("practices")
@require_http_methods(["GET", "POST"])
def practice(request: HttpRequest, name: str) -> HttpResponse:
    """One practice; sent is a change of its settings."""
    found = _found(request, name)
    if request.method == "GET":
        return _page(request, found)
    try:
        settings = _sent_settings(found, request.POST)
        change_settings(name, found.row.version, settings, request.actor, request.now)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return _page(request, found, refused.faults, request.POST)
    done(request, "settings_changed")
    return redirect("admin:practice", name)


@admin_page("practices")
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """A practice folder as ZIP: every check of `wanjia practice check`, then installed, or the whole list of faults."""
    if not _may_install(request):
        raise Denied("practice", "install")
    file = request.FILES.get("file")
    faults: tuple[Fault, ...] = ()
    if request.method == "POST":
        try:
            if file is None:
                raise Refused([Fault("field.missing", Where("file"))])
            content = file.read(ZIP_BYTES_MAX + 1)
            row = install_practice(read_zip(content), {}, request.actor, request.now)
        except (Denied, NotFound):
            raise
        except Refused as refused:
            faults = refused.faults
        else:
            done(request, "practice_installed", name=row.name, version=row.version)
            return redirect("admin:practice", row.name)
    values = {
        "faults": [fault_sentence(fault, request.language) for fault in faults[:FAULTS_SHOWN_MAX]],
        "count": len(faults), "megabytes": ZIP_BYTES_MAX // 1024**2,
    }  # fmt: skip
    return render(request, "surfaces/admin/practice_upload.html", values, status=422 if faults else 200)


@admin_page("practices")
@require_POST
def activate(request: HttpRequest, name: str) -> HttpResponse:
    """New cases begin on another version."""
    row = activate_practice(name, request.POST.get("version", ""), request.actor, request.now)
    done(request, "practice_activated", version=row.version)
    return redirect("admin:practice", name)


@admin_page("practices")
@require_POST
def upgrade(request: HttpRequest, name: str) -> HttpResponse:
    """Move running cases of an older version, and tell which could not."""
    result = upgrade_cases(name, request.POST.get("version", ""), request.actor, request.now)
    if not result.kept:
        done(request, "cases_upgraded", count=len(result.moved))
        return redirect("admin:practice", name)
    kept = [
        (number, [fault_sentence(fault, request.language) for fault in faults]) for number, faults in result.kept
    ]  # fmt: skip
    return _page(request, _found(request, name), upgraded=(len(result.moved), kept))


@admin_page("practices")
@require_POST
def recurring(request: HttpRequest, name: str) -> HttpResponse:
    """Let cases begin by themselves, or no longer."""
    on = request.POST.get("on") == "1"
    switch_recurring(name, on, request.actor, request.now)
    done(request, "recurring_on" if on else "recurring_off")
    return redirect("admin:practice", name)


def _page(
    request: HttpRequest, found: PracticePage, faults: tuple[Fault, ...] = (),
    sent: Mapping[str, str] | None = None, upgraded: tuple[int, list] | None = None,
) -> HttpResponse:  # fmt: skip
    settings = [(row, (sent or {}).get(row.setting.id, _shown(row))) for row in found.settings]
    values = {
        "found": found, "row": found.row, "settings": settings, "faults": shown_faults(faults, request.language),
        "may_install": _may_install(request), "upgraded": upgraded,
        "recurring": recurring_page(found.practice, request.now, request.language),
        "may_switch": _may_install(request) or may(request.actor, "practice", "edit", EVERYWHERE),
        "links": [fault_sentence(fault, request.language) for fault in found.links],
    }  # fmt: skip
    return render(request, "surfaces/admin/practice.html", values, status=422 if faults else 200)


def _found(request: HttpRequest, name: str) -> PracticePage:
    found = practice_page(name, request.language)
    if found is None:
        raise NotFound("practice", name)
    return found


def _may_install(request: HttpRequest) -> bool:
    return may(request.actor, "practice", "install", EVERYWHERE)


def _sent_settings(found: PracticePage, post: Mapping[str, str]) -> Facts:
    """What differs from the practice's own figures; an empty field takes the figure of the practice again."""
    settings: Facts = {}
    for row in found.settings:
        text = str(post.get(row.setting.id, "")).strip()
        if text and (value := _typed(row.setting, text)) != row.setting.default:
            settings[row.setting.id] = value
    return settings


def _typed(setting: Setting, text: str) -> Json:
    """Text as the setting's type; what does not fit stays text, so that the check can say so."""
    if setting.type == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if setting.type not in ("number", "integer"):
        return text
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


def _shown(row: SettingRow) -> str:
    value = row.value
    return str(value).lower() if isinstance(value, bool) else str(value)
