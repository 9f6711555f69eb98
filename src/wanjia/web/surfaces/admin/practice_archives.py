"""Practices that travel: taken away as a signed archive, looked at before they are installed, compared afterwards."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wanjia.actions.cases.install_archive import install_archive
from wanjia.actions.cases.receive_archive import receive_archive
from wanjia.actions.cases.trust_signer import distrust_signer, trust_signer
from wanjia.adapters.practice_archive.codec import Archive, Opened, fingerprint, opened, packed, public_hex
from wanjia.adapters.practice_archive.driver import signing_key
from wanjia.adapters.practice_archive.entries import ARCHIVE_BYTES_MAX
from wanjia.model.actors import may
from wanjia.model.faults import Denied, Fault, NotFound, Refused, Where
from wanjia.queries.cases.practice_archives import (
    ArchiveRow,
    active_version,
    archive_row,
    archive_rows,
    arriving,
    signer_rows,
)
from wanjia.queries.standing.before_after import effect, results
from wanjia.texts import fault_sentence
from wanjia.web.surfaces.admin.access import EVERYWHERE, admin_page, done

FAULTS_SHOWN_MAX = 500


@admin_page("practices")
@require_http_methods(["GET", "POST"])
def archives(request: HttpRequest) -> HttpResponse:
    """What came, and whose keys are trusted; sent is another archive, held to its manifest and signature."""
    _may_install(request)
    faults: tuple[Fault, ...] = ()
    if request.method == "POST":
        file = request.FILES.get("file")
        content = file.read(ARCHIVE_BYTES_MAX + 1) if file else b""
        found = opened(content) if file else Opened(None, "", (Fault("field.missing", Where("file")),))
        try:
            if found.archive is None:
                raise Refused(found.faults)
            row = receive_archive(content, found.archive, found.public_key, request.actor, request.now)
        except (Denied, NotFound):
            raise
        except Refused as refused:
            faults = refused.faults
        else:
            return redirect("admin:practice_archive", row.pk)
    values = {
        "rows": [(row, fingerprint(row.public_key)) for row in archive_rows()], "own_key": _own_mark(),
        "signers": [(row, fingerprint(row.public_key)) for row in signer_rows()], "count": len(faults),
        "faults": [fault_sentence(fault, request.language) for fault in faults[:FAULTS_SHOWN_MAX]],
        "megabytes": ARCHIVE_BYTES_MAX // 1024**2,
    }  # fmt: skip
    return render(request, "surfaces/admin/practice_archives.html", values, status=422 if faults else 200)


@admin_page("practices")
@require_http_methods(["GET", "POST"])
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """One archive: who signed it, what it changes, what it brought there; sent means: install it as a candidate."""
    _may_install(request)
    row, found = _opened(pk)
    faults: tuple[Fault, ...] = ()
    if request.method == "POST":
        chosen = request.POST.get("settings") == "theirs"
        try:
            version = install_archive(pk, found, request.actor, request.now, _own_key(), chosen)
        except (Denied, NotFound):
            raise
        except Refused as refused:
            faults = refused.faults
        else:
            done(request, "practice_candidate", name=version.name, version=version.version)
            return redirect("admin:practice", version.name)
    values = {
        "row": row, "archive": found, "fingerprint": fingerprint(row.public_key), "own": row.public_key == _own_key(),
        "found": arriving(found, row.public_key, request.language), "theirs": sorted(found.settings.items()),
        "count": len(faults), "faults": [fault_sentence(fault, request.language) for fault in faults],
    }  # fmt: skip
    return render(request, "surfaces/admin/practice_archive.html", values, status=422 if faults else 200)


@admin_page("practices")
@require_POST
def trust(request: HttpRequest, pk: int) -> HttpResponse:
    """Trust the key that signed this archive."""
    row, _ = _opened(pk)
    name = request.POST.get("name", "").strip() or row.signer or row.public_key[:16]
    trust_signer(row.public_key, name, request.actor, request.now)
    done(request, "signer_trusted", name=name)
    return redirect("admin:practice_archive", pk)


@admin_page("practices")
@require_POST
def distrust(request: HttpRequest, pk: int) -> HttpResponse:
    """Trust a key no longer."""
    distrust_signer(pk, request.actor, request.now)
    done(request, "signer_distrusted")
    return redirect("admin:practice_archives")


@admin_page("practices")
@require_GET
def export(request: HttpRequest, name: str) -> HttpResponse:
    """The active version with its settings and what it brought, signed, to be taken elsewhere."""
    if not (
        may(request.actor, "practice", "export", EVERYWHERE) or may(request.actor, "practice", "install", EVERYWHERE)
    ):
        raise Denied("practice", "export")
    version = active_version(name)
    if version is None:
        raise NotFound("practice", name)
    brought = results(request.actor, name, request.now, request.language)
    files = {path: text.encode() for path, text in version.files.items()}
    signer = ", ".join(sorted(seat.organisation for seat in request.actor.seats)) or request.actor.name
    leaving = Archive(
        name, version.version, version.digest, signer, request.now.isoformat(), files, version.settings, brought
    )
    content = packed(leaving, signing_key(settings.HOME))
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{name}-{version.version}.wjp"'
    return response


@admin_page("practices")
@require_GET
def effects(request: HttpRequest, name: str) -> HttpResponse:
    """Its indicators station by station, three months before and after it came."""
    version = active_version(name)
    if version is None:
        raise NotFound("practice", name)
    found = effect(request.actor, version, request.now, request.language)
    values = {"name": name, "version": version.version, "found": found, "later": found.after_until + timedelta(days=1)}
    return render(request, "surfaces/admin/practice_effect.html", values)


def _may_install(request: HttpRequest) -> None:
    if not may(request.actor, "practice", "install", EVERYWHERE):
        raise Denied("practice", "install")


def _opened(pk: int) -> tuple[ArchiveRow, Archive]:
    """The row and what its bytes hold: checked again, since they lay in a store."""
    kept = archive_row(pk)
    if kept is None:
        raise NotFound("practice", pk)
    row, content = kept
    found = opened(content)
    if found.archive is None:
        raise Refused(found.faults)
    return row, found.archive


def _own_key() -> str:
    return public_hex(signing_key(settings.HOME))


def _own_mark() -> str:
    return fingerprint(_own_key())
