"""Practices and their forms."""

from django.http import HttpRequest
from ninja import Router

from wanjia.model.faults import NotFound
from wanjia.practice.nouns import Practice
from wanjia.queries.cases.installed import active_practices
from wanjia.web.api.access import PUBLIC
from wanjia.web.api.shapes import FormOut, PracticeOut

router = Router(tags=["practices"], auth=PUBLIC)


@router.get("/practices", response=list[PracticeOut])
def practices(request: HttpRequest) -> list[PracticeOut]:
    """Practices on which new cases begin."""
    return [
        PracticeOut(
            name=one.name, version=one.version, title=one.text("name", request.language),
            summary=one.text("summary", request.language), surface=one.entry.surface, place=one.place,
        )
        for one in active_practices()
    ]  # fmt: skip


@router.get("/practices/{name}/forms/{step}", response=FormOut)
def form(request: HttpRequest, name: str, step: str) -> FormOut:
    """The form of a step; `start` is the one that opens a case."""
    practice = _practice(name)
    found = practice.forms.get(step)
    if found is None:
        raise NotFound("form", f"{name}/{step}")
    return FormOut(
        practice=name, version=practice.version, step=step, form_schema=dict(found.schema), fields=list(found.fields),
        required=list(found.required), show_if=dict(found.show_if),
        labels={field: practice.text(f"facts.{field}", request.language) for field in found.fields},
    )  # fmt: skip


def _practice(name: str) -> Practice:
    found = next((one for one in active_practices() if one.name == name), None)
    if found is None:
        raise NotFound("practice", name)
    return found
