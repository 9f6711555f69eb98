"""A practice's form on a page: fields to draw, and what was sent turned back into answers."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils import timezone

from wanjia.model.faults import Fault, Where
from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.answers import in_language
from wanjia.practice.nouns import Practice
from wanjia.practice.wording import BRACKETS, figure_text
from wanjia.texts import fault_sentence, say
from wanjia.web.naming_fields import NOBODY, Nameable, named
from wanjia.web.show_if import Visibility, hidden_fields, visibility

CHOSEN_FROM_OFFERS = ("person", "offer")
"""Formats of facts that hold the id of one of the case's offers."""

NAMED_INSTEAD_OF = ("offers", "input")
"""Default widgets of a reference, in place of which the page offers names."""

OFFER_COLUMNS_OWN = ("id", "name", "team", "licence_number", "distance_km")
"""Columns of an offer that are shown in a way of their own; further figures are shown with their labels."""

TABLE_ROWS_MAX = 200
"""Rows of a table widget that a page sends; more come by import."""


@dataclass(frozen=True)
class Choice:
    """One value to choose."""

    value: str
    label: str
    note: str
    chosen: bool


@dataclass(frozen=True)
class Field:
    """One field as it is drawn: `template` names its widget's component, `names` the page's list for it."""

    name: str
    label: str
    help: str
    template: str
    required: bool
    value: Any
    choices: tuple[Choice, ...] = ()
    unit: str = ""
    minimum: Any = ""
    maximum: Any = ""
    step: str = "any"
    faults: tuple[str, ...] = ()
    columns: tuple["Field", ...] = ()
    rows: tuple[tuple["Field", ...], ...] = ()
    show_if: str = ""
    input_type: str = "text"
    max_length: int = 0
    areas: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    names: str = ""

    @property
    def needed(self) -> bool:
        """Whether the browser may insist on an answer: a field that may be hidden is judged by the server alone."""
        return self.required and not self.show_if


@dataclass(frozen=True)
class PageForm:
    """All fields of one step, in groups, with the faults that belong to none."""

    step: str
    groups: tuple[tuple[str, tuple[Field, ...]], ...]
    faults: tuple[dict[str, str], ...] = ()
    shows: tuple[str, ...] = field(default=())
    visibility: Visibility | None = None
    naming: Nameable = NOBODY


Areas = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
"""Cells to choose from where there is no map: (group, ((code, name), ...))."""


def page_form(
    practice: Practice, step: str, language: str, values: Facts, faults: Sequence[Fault] = (),
    facts: Facts | None = None, areas: Areas = (), naming: Nameable = NOBODY,
) -> PageForm:  # fmt: skip
    """The form of a step, filled with `values`; `facts` are the case's own (offers to choose from)."""
    form = practice.forms[step]
    order = [f"field-{name}" for name in form.fields]
    faults = sorted(in_language(practice, tuple(faults), language), key=lambda fault: _rank(order, fault))
    drawer = _Drawer(practice, language, values, faults, facts or {}, step, areas, naming)
    drawn = {name: drawer.field(name) for name in form.fields}
    grouped = [
        (practice.text(group.title, language), tuple(drawn[name] for name in group.fields)) for group in form.groups
    ]
    in_groups = {name for group in form.groups for name in group.fields}
    rest = tuple(item for name, item in drawn.items() if name not in in_groups)
    groups = (("", rest), *grouped) if rest else tuple(grouped)
    conditions = visibility(practice, form, {**practice.defaults, **(facts or {})})
    return PageForm(step, groups, shown_faults(faults, language), form.shows, conditions, naming)


def shown_faults(faults: Sequence[Fault], language: str) -> tuple[dict[str, str], ...]:
    """Faults as sentences with the anchor of their field; a fault of a field needs no other place."""
    return tuple({"sentence": _sentence(fault, language), "anchor": _anchor(fault)} for fault in faults)


def _sentence(fault: Fault, language: str) -> str:
    if not _anchor(fault):
        return fault_sentence(fault, language)
    row = say("form.row", language, row=fault.where.line) + " " if fault.where.line else ""
    return row + fault_sentence(replace(fault, where=Where()), language)


def sent_answers(practice: Practice, step: str, request: HttpRequest, facts: Facts | None = None) -> Facts:
    """What the page sent, typed as the facts are declared; empty fields are left out, wrong types kept to be refused.

    Fields that their `show_if` hides are left out too: a browser without the program shows and sends them. A condition
    on facts of the case is judged only when these are given.
    """
    form = practice.forms[step]
    answers: Facts = {}
    for name in form.fields:
        rule: Mapping[str, Any] = form.schema["properties"][name]  # type: ignore[index,call-overload,assignment]
        value = _sent(name, rule, form.widgets.get(name, ""), request.POST)
        if value is not None:
            answers[name] = named(rule, value, request)
    # What one hidden field said may be what another one's condition reads, so until nothing is left to take out.
    while gone := [name for name in hidden_fields(practice, form, facts, answers) if name in answers]:
        for name in gone:
            del answers[name]
    return answers


def _rank(order: Sequence[str], fault: Fault) -> int:
    """Faults stand in the order of the page; those that belong to no field come first."""
    anchor = _anchor(fault)
    return order.index(anchor) if anchor in order else -1


def _anchor(fault: Fault) -> str:
    name = fault.where.column or ("" if "/" in fault.where.file else fault.where.file)
    return f"field-{name.split('.')[0]}" if name else ""


class _Drawer:
    """Draws the fields of one form."""

    def __init__(
        self, practice: Practice, language: str, values: Facts, faults: Sequence[Fault], facts: Facts, step: str,
        areas: Areas, naming: Nameable,
    ) -> None:  # fmt: skip
        self.practice, self.language, self.values, self.faults, self.facts = practice, language, values, faults, facts
        self.areas, self.naming = areas, naming
        self.form = practice.forms[step]

    def field(self, name: str) -> Field:
        rule: Mapping[str, Any] = self.form.schema["properties"][name]  # type: ignore[index,call-overload,assignment]
        widget = self.form.widgets.get(name) or _default_widget(rule)
        mine = tuple(_sentence(fault, self.language) for fault in self.faults if _anchor(fault) == f"field-{name}")
        listed = self._listed(rule)
        widget = "named" if listed and widget in NAMED_INSTEAD_OF else widget
        value = self.naming.label(listed, _drawn(rule, self.values.get(name)))
        columns = self._columns(name, rule) if widget == "table" else ()
        return Field(
            name, self._text(name), self._help(name), f"components/form/{_TEMPLATES.get(widget, 'input')}.html",
            name in self.form.required, value, self._choices(name, rule, widget), self._unit(name),
            rule.get("minimum", ""), rule.get("maximum", ""), "1" if rule.get("type") == "integer" else "any", mine,
            columns, self._rows(name, rule, value) if widget == "table" else (),
            self.form.show_if.get(name, ""), _input_type(rule), int(rule.get("maxLength", 0)),
            self.areas if rule.get("format") == "place" else (), listed,
        )  # fmt: skip

    def _listed(self, rule: Mapping[str, Any]) -> str:
        """The page's list by which the field names somebody; "" when it does not, or offers or choices say whom."""
        kind = str(rule.get("format", ""))
        return kind if kind in self.naming.choices and "enum" not in rule else ""

    def _unit(self, name: str) -> str:
        return self._unit_beside(self._text(name), self.practice.facts.get(name, {}))

    def _unit_beside(self, label: str, rule: Mapping[str, Any]) -> str:
        """The unit in words, unless the label names it already."""
        return say(f"unit.{rule['unit']}", self.language) if "unit" in rule and not label.endswith(BRACKETS) else ""

    def _text(self, name: str) -> str:
        return self.practice.text(f"facts.{name}", self.language)

    def _help(self, name: str) -> str:
        key = f"facts.{name}.help"
        found = self.practice.text(key, self.language)
        return "" if found == key else found

    def _choices(self, name: str, rule: Mapping[str, Any], widget: str) -> tuple[Choice, ...]:
        chosen = self.values.get(name)
        if widget == "offers" or rule.get("format") in CHOSEN_FROM_OFFERS:
            return tuple(self._offer(offer, chosen) for offer in self._offers() if isinstance(offer, dict))
        if rule.get("type") == "boolean":
            options: Sequence[Json] = (True, False)
        elif rule.get("type") == "array":
            options = rule.get("items", {}).get("enum", ())
        else:
            options = rule.get("enum", ())
        return tuple(self._choice(name, option, chosen) for option in options)

    def _choice(self, name: str, option: Json, chosen: Json) -> Choice:
        value = json.dumps(option) if isinstance(option, bool) else str(option)
        taken = chosen is not None and (option == chosen or (isinstance(chosen, list) and option in chosen))
        key = f"facts.{name}.{value}"
        label = self.practice.text(key, self.language)
        if label == key and isinstance(option, bool):
            label = say(f"form.{'yes' if option else 'no'}", self.language)
        return Choice(value, label, "", taken)

    def _offered(self) -> str:
        """The fact that holds the case's offers; "" when there are none."""
        held = (name for name, rule in self.practice.facts.items() if rule.get("format") == "offers")
        return next((name for name in held if isinstance(self.facts.get(name), list)), "")

    def _offers(self) -> Sequence[Json]:
        return self.facts[name] if (name := self._offered()) else ()  # type: ignore[return-value]

    def _offer(self, offer: Facts, chosen: Json) -> Choice:
        notes = [str(offer[key]) for key in ("team", "licence_number") if offer.get(key)]
        if isinstance(offer.get("distance_km"), int | float):
            notes.insert(0, say("form.distance", self.language, km=offer["distance_km"]))
        notes += self._figures(offer)
        return Choice(
            str(offer.get("id", "")), str(offer.get("name", "")), " · ".join(notes), offer.get("id") == chosen
        )

    def _figures(self, offer: Facts) -> Iterator[str]:
        """Declared figures of an offer with their labels and units, e.g. `total 34 working days`."""
        fact = self._offered()
        items: Any = self.practice.facts[fact].get("items") or {}
        for key, rule in items.get("properties", {}).items():
            value = offer.get(key)
            if key in OFFER_COLUMNS_OWN or isinstance(value, bool) or not isinstance(value, int | float):
                continue
            label = self.practice.text(f"facts.{fact}.{key}", self.language)
            unit = self._unit_beside(label, rule)
            yield " ".join(part for part in (label, figure_text(value, rule.get("unit")), unit) if part)

    def _columns(self, name: str, rule: Mapping[str, Any]) -> tuple[Field, ...]:
        items = rule.get("items", {})
        return tuple(self._cell(name, key, part, None, "") for key, part in items.get("properties", {}).items())

    def _rows(self, name: str, rule: Mapping[str, Any], value: Json) -> tuple[tuple[Field, ...], ...]:
        parts = rule.get("items", {}).get("properties", {})
        rows = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
        blank: list[Facts] = [{}] if len(rows) < int(rule.get("maxItems", TABLE_ROWS_MAX)) else []
        return tuple(
            tuple(self._cell(name, key, part, row.get(key), f"{name}.{at}.{key}") for key, part in parts.items())
            for at, row in enumerate([*rows, *blank])
        )

    def _cell(self, table: str, key: str, rule: Mapping[str, Any], value: Json, name: str) -> Field:
        asked: Sequence[Json] = (True, False) if rule.get("type") == "boolean" else rule.get("enum", ())
        options = tuple(self._choice(f"{table}.{key}", option, value) for option in asked)
        shown = ", ".join(str(part) for part in value) if isinstance(value, list) else value
        listed = self._listed(rule)
        label = self.practice.text(f"facts.{table}.{key}", self.language)
        return Field(
            name, label, "", "", False, self.naming.label(listed, shown), options, self._unit_beside(label, rule),
            input_type=_input_type(rule), names=listed,
        )  # fmt: skip


_TEMPLATES = {
    "radio": "radio", "select": "select", "textarea": "textarea", "place": "place", "photos": "papers",
    "papers": "papers", "stars": "stars", "offers": "radio", "table": "table", "signature": "signature",
    "date": "input", "named": "named", "checkbox": "checkbox", "checkboxes": "checkboxes", "yes_no": "radio",
}  # fmt: skip


def _default_widget(rule: Mapping[str, Any]) -> str:
    form = rule.get("format")
    if form in ("place", "papers", "stars"):
        return str(form)
    if form in CHOSEN_FROM_OFFERS:
        return "offers"
    if rule.get("type") == "boolean":
        return "yes_no"
    if rule.get("type") == "array":
        return "table" if "properties" in rule.get("items", {}) else "checkboxes"
    if "enum" in rule:
        return "radio" if len(rule["enum"]) <= 7 else "select"
    return "textarea" if int(rule.get("maxLength", 0)) > 120 else "input"


def _input_type(rule: Mapping[str, Any]) -> str:
    if rule.get("type") in ("number", "integer"):
        return "number"
    return {"phone": "tel", "date": "date", "date-time": "datetime-local", "email": "email"}.get(
        str(rule.get("format", "")), "text"
    )


def _sent(name: str, rule: Mapping[str, Any], widget: str, sent: QueryDict) -> Json:
    kind = rule.get("type")
    if rule.get("format") == "place":
        return _place(name, sent)
    if kind == "array" and "properties" in rule.get("items", {}):
        return _table(name, rule["items"]["properties"], sent)
    if kind == "array":
        values: list[Json] = [value for value in sent.getlist(name) if value]
        return values or None
    if widget == "checkbox" and kind == "boolean":
        return sent.get(name) == "true"
    return _typed(rule, sent.get(name, ""))


def _typed(rule: Mapping[str, Any], text: str) -> Json:
    """Text as the declared type; what does not fit stays text, so that validation can say so."""
    text = text.strip()
    kind = rule.get("type")
    if not text:
        return None
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    if kind in ("number", "integer"):
        try:
            number = float(text)
        except ValueError:
            return text
        return int(number) if number.is_integer() else number
    if rule.get("format") == "date-time":
        return _instant(text)
    if kind == "array":
        return [part.strip() for part in text.replace("，", ",").replace("、", ",").split(",") if part.strip()]
    return text


def _instant(text: str) -> str:
    """A browser sends the clock on the wall; the fact is an instant, with the offset of the company's zone."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (at if at.tzinfo else timezone.make_aware(at)).isoformat()


def _drawn(rule: Mapping[str, Any], value: Json) -> Json:
    """A value as its input wants it."""
    if rule.get("format") != "date-time" or not isinstance(value, str):
        return value
    try:
        return f"{timezone.localtime(datetime.fromisoformat(value)):%Y-%m-%dT%H:%M}"
    except ValueError:
        return value


def _place(name: str, sent: QueryDict) -> Json:
    longitude, latitude = sent.get(f"{name}.longitude", ""), sent.get(f"{name}.latitude", "")
    address = sent.get(f"{name}.address", "").strip()
    if not longitude and not latitude and not address:
        return None
    number = {"type": "number"}
    return {"longitude": _typed(number, longitude), "latitude": _typed(number, latitude), "address": address}


def _table(name: str, parts: Mapping[str, Any], sent: QueryDict) -> Json:
    rows: list[Json] = []
    for at in range(TABLE_ROWS_MAX):
        cells = {key: _typed(part, sent.get(f"{name}.{at}.{key}", "")) for key, part in parts.items()}
        filled: Facts = {key: value for key, value in cells.items() if value is not None}
        if filled:
            rows.append(filled)
        elif not any(f"{name}.{at}.{key}" in sent for key in parts):
            break
    return rows or None
