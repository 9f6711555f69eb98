"""Invented values in which every component can be seen: usual, empty, loading, wrong, very long; in one language."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from wanjia.queries.network.losses import BANDS
from wanjia.queries.territory.who_answers import Answering
from wanjia.texts import say
from wanjia.web.forms import Choice, Field, PageForm
from wanjia.web.paging import Page

Say = Callable[[str], str]
LONG_TIMES = 6
"""How often a long text repeats: about two lines at a desk, eight on a phone."""


def page(language: str, now: datetime) -> dict[str, object]:
    """Everything that the page of components shows."""

    def words(key: str) -> str:
        return say(f"components.{key}", language)

    return {
        "forms": [(words(f"state.{state}"), _form(state, words)) for state in ("usual", "empty", "wrong", "long")],
        "faults": _faults(words),
        "long": _long(words),
        "dues": _dues(now),
        "marks": ("none", "due", "overdue", "done", "paused", "dark"),
        "pages": (Page((), 31, 60, 95, "?page=1", "?page=3"), Page((), 1, 4, 4, "", "")),
        "answering": (_answering(3, "林海生"), _answering(2, ""), _answering(1, words("long_word") * 4)),
        "colours": COLOURS,
        "bands": BANDS,
    }


COLOURS = ("brand", "ink", "ink-soft", "due", "overdue", "dark", "restored", "info")


def _dues(now: datetime) -> tuple[datetime | None, ...]:
    return now + timedelta(days=9), now + timedelta(hours=3), now - timedelta(days=2), None


def _faults(words: Say) -> tuple[dict[str, str], ...]:
    return (
        {"sentence": words("fault"), "anchor": "field-sample-wrong-text"},
        {"sentence": _long(words), "anchor": ""},
    )


def _long(words: Say) -> str:
    return words("long_word") * LONG_TIMES


def _form(state: str, words: Say) -> PageForm:
    fields = tuple(_in_state(field, state, words) for field in _fields(words, state))
    return PageForm(f"sample-{state}", ((words("group"), fields),))


def _in_state(field: Field, state: str, words: Say) -> Field:
    if state == "wrong":
        return replace(field, faults=(words("fault"),))
    if state == "long":
        long = _long(words)
        choices = tuple(replace(choice, label=long, note=long) for choice in field.choices)
        return replace(field, label=long, help=long, choices=choices, unit="")
    return replace(field, value=None, choices=(), rows=()) if state == "empty" else field


def _fields(words: Say, state: str) -> tuple[Field, ...]:
    def field(name: str, widget: str, value: object = None, **more: object) -> Field:
        template = f"components/form/{widget}.html"
        label = words(f"widget.{name}")
        return Field(f"sample-{state}-{name}", label, words("help"), template, name == "text", value, **more)  # type: ignore[arg-type]

    choices = (Choice("a", words("choice_a"), words("help"), True), Choice("b", words("choice_b"), "", False))
    cells = (
        Field(f"sample-{state}-table.0.name", words("choice_a"), "", "", False, words("choice_b")),
        Field(f"sample-{state}-table.0.count", words("widget.number"), "", "", False, 2, input_type="number"),
    )
    return (
        field("text", "input", words("choice_a")),
        field("number", "input", 12, input_type="number", unit="m", minimum=0, maximum=500),
        field("phone", "input", "13800000012", input_type="tel"),
        field("date", "input", "2026-03-02", input_type="date"),
        field("textarea", "textarea", words("help")),
        field("radio", "radio", "a", choices=choices),
        field("checkboxes", "checkboxes", "a", choices=choices),
        field("select", "select", "a", choices=choices),
        field("checkbox", "checkbox", True),
        field("stars", "stars", 4),
        field("papers", "papers"),
        field("table", "table", columns=cells, rows=(cells,)),
    )


def _answering(level: int, person: str) -> Answering:
    role = {1: "station_chief", 2: "senior_manager", 3: "district_manager"}[level]
    return Answering(
        level, role, f"C{level}", "海棠村网格", "Haitang Village", "海棠供电所", "Haitang Station", 1, 1, person,
        "13800000100" if person else "",
    )  # fmt: skip
