"""Papers: sending them up before a form is complete, looking at them, fetching them."""

import io

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from PIL import Image, ImageOps

from wanjia.actions.cases.add_paper import upload_paper
from wanjia.model.faults import Fault, NotFound, Refused, Where
from wanjia.queries.cases.papers import PICTURES, PaperContent, paper_content
from wanjia.web.forms import shown_faults
from wanjia.web.uploads import UPLOADS_IN_SESSION, admit_files, upload_key_of

PREVIEW_PIXELS = 480
"""Longer side of a preview: sharp on a phone at 96 points, small on the line."""

INLINE = (*PICTURES, "application/pdf")
"""What a browser may show itself; office files are only ever saved."""


@never_cache
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Files chosen in a form, kept at once, so that they can be seen and survive a fault; answers the field again."""
    key, name = upload_key_of(request), request.POST.get("field", "")
    admit_files(request, key)
    tokens, faults = request.POST.getlist(name), []
    for file in request.FILES.getlist(f"{name}.files"):
        try:
            tokens.append(upload_paper(file.name or "", file.read(), key, request.actor, request.now).token)
        except Refused as refused:
            faults += [Fault(fault.code, Where(), {**fault.values, "name": file.name}) for fault in refused.faults]
    field = {"name": name, "value": tokens}
    said = [fault["sentence"] for fault in shown_faults(faults, request.language)]
    return render(request, "components/form/papers_list.html", {"field": field, "upload_faults": said})


@require_safe
def paper(request: HttpRequest, token: str) -> HttpResponse:
    """The paper itself; pictures and PDF open in the browser, other files are saved."""
    found = _seen(request, token)
    response = HttpResponse(found.content, content_type=found.media_type)
    return _guarded(response, found.name, inline=found.media_type in INLINE)


@require_safe
def preview(request: HttpRequest, token: str) -> HttpResponse:
    """A small picture without what the camera wrote into the file (place, device); other papers look like a sheet."""
    found = _seen(request, token)
    if found.media_type not in PICTURES:
        return redirect(static("sheet.svg"))
    return _guarded(HttpResponse(_small(found.content), content_type="image/jpeg"), "preview.jpg", inline=True)


def _seen(request: HttpRequest, token: str) -> PaperContent:
    keys = frozenset(request.session.get(UPLOADS_IN_SESSION, []))
    found = paper_content(token, request.actor, keys)
    if found is None:
        raise NotFound("paper", token)
    return found


def _small(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as picture:
        upright = ImageOps.exif_transpose(picture).convert("RGB")
        upright.thumbnail((PREVIEW_PIXELS, PREVIEW_PIXELS))
        made = io.BytesIO()
        # A new picture from the pixels alone: nothing of the file's own notes comes along.
        clean = Image.new("RGB", upright.size)
        clean.paste(upright)
        clean.save(made, "JPEG", quality=82)
    return made.getvalue()


def _guarded(response: HttpResponse, name: str, inline: bool) -> HttpResponse:
    """Never to be guessed at, kept by nobody on the way, and without rights of its own when opened."""
    response.headers["Content-Disposition"] = content_disposition_header(not inline, name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, max-age=600"
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response
