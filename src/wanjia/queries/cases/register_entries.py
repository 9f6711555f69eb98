"""Rows of registers as people read them: columns, cells in words, whose row it is, and whether it counts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from wanjia.model.actors import Actor
from wanjia.model.jsonvalue import Json
from wanjia.practice.nouns import REQUESTER, Practice, Register
from wanjia.practice.titles import fact_text
from wanjia.queries.cases.facts import moment_text, shown_text
from wanjia.queries.cases.installed import practice_of
from wanjia.queries.cases.masking import mask_fact, mask_name
from wanjia.queries.cases.visible import cases_for
from wanjia.records.cases.models import Case, RegisterRow
from wanjia.records.territory.names import NAMED, Names
from wanjia.texts import say

NUMBERS = ("number", "integer")
Shown = Callable[[str], bool]
"""Whether the data of a case, by its number, is unmasked now."""


@dataclass(frozen=True)
class Column:
    """One column of a register; `unit` is a key of the units, empty where the label names one itself."""

    name: str
    label: str
    unit: str
    number: bool


@dataclass(frozen=True)
class Entry:
    """One row. `standing` is `counts`, `ended` (its day is past) or `struck`; `reason` says what struck it.

    `seen`: the reader may open its case. `subject_id` is empty where the subject is masked.
    """

    number: str
    title: str
    seen: bool
    asked: bool
    subject: str
    subject_id: str
    cells: tuple[str, ...]
    entered_at: datetime
    standing: str
    until_on: date | None
    struck_at: datetime | None
    reason: str


def columns_of(practice: Practice, register: Register, language: str) -> tuple[Column, ...]:
    """The register's columns under the facts' own labels."""
    return tuple(_column(practice, name, language) for name in register.columns)


def entries_of(
    rows: Iterable[RegisterRow], columns: Sequence[str], actor: Actor, today: date, language: str, shown: Shown
) -> list[Entry]:
    """Rows (with their cases) as values. Each is read by the version of the practice that wrote it."""
    found = list(rows)
    cases = {row.case_id for row in found}
    seen = set(Case.objects.filter(cases_for(actor), pk__in=cases).order_by().values_list("pk", flat=True))
    names = Names([reference for row in found for reference in _references(row)], language)
    return [
        _entry(row, columns, row.case_id in seen, actor, today, names, language, shown(row.case.number))
        for row in found
    ]


def _column(practice: Practice, name: str, language: str) -> Column:
    rule, label = practice.facts[name], practice.text(f"facts.{name}", language)
    unit = "" if label.endswith(("）", ")")) else str(rule.get("unit", ""))
    return Column(name, label, unit, rule.get("type") in NUMBERS and "enum" not in rule)


def _references(row: RegisterRow) -> Iterable[object]:
    rules = practice_of(row.case.practice).facts
    yield row.subject_id
    yield from (value for name, value in row.values.items() if rules.get(name, {}).get("format") in NAMED)


def _entry(
    row: RegisterRow,
    columns: Sequence[str],
    seen: bool,
    actor: Actor,
    today: date,
    names: Names,
    language: str,
    revealed: bool,
) -> Entry:
    practice, own = practice_of(row.case.practice), row.person_id is not None and row.person_id == actor.person_id
    subject = _subject(row, practice, names)
    written = subject if own or revealed else _masked(row, practice, subject)
    return Entry(
        number=row.case.number,
        title=row.case.title_en if language == "en" else row.case.title,
        seen=seen,
        asked=row.case.requester_id is not None and row.case.requester_id == actor.person_id,
        subject=written,
        subject_id=row.subject_id if written == subject else "",
        cells=tuple(_cell(practice, name, row.values.get(name), names, language, own or revealed) for name in columns),
        entered_at=row.entered_at,
        standing=standing_of(row, today),
        until_on=row.until_on,
        struck_at=row.struck_at,
        reason=_reason(practice, row.struck_reason, language) if row.struck_at else "",
    )


def standing_of(row: RegisterRow, today: date) -> str:
    """`struck`, `ended` or `counts`."""
    if row.struck_at is not None:
        return "struck"
    return "ended" if row.until_on is not None and row.until_on < today else "counts"


def _subject(row: RegisterRow, practice: Practice, names: Names) -> str:
    return names(row.subject_id) if row.subject_kind in NAMED else row.subject_name


def _masked(row: RegisterRow, practice: Practice, text: str) -> str:
    of = practice.registers[row.register].of
    rule = practice.facts.get(of or "", {})
    if of == REQUESTER or (rule.get("personal") and row.subject_kind == "person"):
        return mask_name(text)
    return mask_fact(dict(rule), text)


def _cell(practice: Practice, name: str, value: Json, names: Names, language: str, open_to_all: bool) -> str:
    if value is None or value == "" or name not in practice.facts:
        return ""
    rule = practice.facts[name]
    kind = rule.get("format")
    if kind in ("date", "date-time"):
        text = moment_text(str(value))
    elif kind in NAMED or isinstance(value, dict | bool):
        text = shown_text(practice, name, value, names, language)
    else:
        text = (
            str(value) if isinstance(value, str) and "enum" not in rule else fact_text(practice, name, value, language)
        )
    return text if open_to_all else mask_fact(dict(rule), text)


def _reason(practice: Practice, reason: str, language: str) -> str:
    """What struck a row: the step or message by its name, or what happened to the request."""
    kind, _, name = reason.partition(":")
    key = f"messages.{name}" if kind == "message" else f"tasks.{name}"
    text = practice.text(key, language)
    step = "" if text == key else text
    if kind in ("withdrawn", "merged", "returned"):
        return say(f"registers.struck.{kind}", language, step=step)
    return step or say("registers.struck.process", language)
