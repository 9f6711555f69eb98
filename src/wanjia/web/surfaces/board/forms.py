"""The fields of the board's deeds, and what was sent in them as instants."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from wanjia.model.faults import Fault, Refused, Where
from wanjia.web.plain_forms import PlainField, PlainForm, labelled, plain_form, sent
from wanjia.web.surfaces.board.words import NOT_FOUND, causes

AHEAD = timedelta(hours=2)
"""What an empty estimate is filled with: about the shortest repair."""
FIELDS: Mapping[str, tuple[PlainField, ...]] = {
    "estimate": (
        PlainField("restoration_at", "", "datetime-local"), PlainField("reason", "", required=False, max_length=200),
    ),
    "explain": (
        PlainField("cause", "", "select"), PlainField("external", "", "select"),
        PlainField("note", "", required=False, max_length=500),
    ),
    "close": (PlainField("restored_at", "", "datetime-local"),),
    "dismiss": (PlainField("reason", "", max_length=200),),
    "record": (
        PlainField("districts", "", "textarea", required=False, rows=4),
        PlainField("device_id", "", required=False, max_length=64), PlainField("starts_at", "", "datetime-local"),
        PlainField("note", "", required=False, max_length=500),
    ),
    "plan": (
        PlainField("device_id", "", max_length=64), PlainField("title_zh", "", max_length=120),
        PlainField("title_en", "", required=False, max_length=160), PlainField("starts_at", "", "datetime-local"),
        PlainField("ends_at", "", "datetime-local"),
    ),
}  # fmt: skip
"""Fields by deed; their labels and help are texts `board.form.<deed>.<field>`."""


def deed_form(
    deed: str, values: Mapping[str, str], faults: Sequence[Fault], language: str, choices: Mapping[str, Sequence] = {}
) -> PlainForm:
    """The form of a deed with what had been sent, every fault at its field."""
    fields = [
        PlainField(
            one.name, one.label, one.kind, values.get(one.name, ""), one.required,
            tuple(choices.get(one.name, ())), one.help, one.max_length, one.accept, one.faults, one.fixed, one.rows,
        )
        for one in FIELDS[deed]
    ]  # fmt: skip
    return plain_form(labelled(f"board.form.{deed}", language, *fields), faults, language)


def cause_choices(language: str) -> list[tuple[str, str]]:
    """Causes that somebody may find on site."""
    return [(code, name) for code, name in causes(language) if code != NOT_FOUND]


def sent_values(post: Mapping[str, str], deed: str) -> dict[str, str]:
    """What was sent for a deed; raises Refused with every required field that is empty and every time that is none."""
    values = sent(post, *(one.name for one in FIELDS[deed]))
    faults = [Fault("field.missing", Where(one.name)) for one in FIELDS[deed] if one.required and not values[one.name]]
    for one in FIELDS[deed]:
        if one.kind == "datetime-local" and values[one.name] and moment(values[one.name]) is None:
            faults.append(Fault("board.no_time", Where(one.name), {"text": values[one.name][:40]}))
    if faults:
        raise Refused(faults)
    return values


def moment(text: str) -> datetime | None:
    """A day and time of the company's zone; None for what is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else timezone.make_aware(found)


def needed_moment(text: str) -> datetime:
    """The same for a text that `sent_values` has let pass."""
    found = moment(text)
    if found is None:
        raise Refused([Fault("board.no_time", Where(), {"text": text[:40]})])
    return found


def written(at: datetime | None) -> str:
    """An instant as the browser's field wants it."""
    return f"{timezone.localtime(at):%Y-%m-%dT%H:%M}" if at else ""
