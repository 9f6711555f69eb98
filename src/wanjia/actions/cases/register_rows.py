"""Rows of registers: who or what a row is of, and the row as it is written."""

from dataclasses import dataclass
from datetime import date, datetime

from wanjia.actions.cases.holders import by_reference
from wanjia.engine.nouns import EnterRow
from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.nouns import REQUESTER, Practice
from wanjia.records.cases.models import Case, RegisterRow
from wanjia.records.territory.models import Organisation, Person

NAME_CHARACTERS_MAX = 160


@dataclass(frozen=True)
class RowSubject:
    """Whose row it is: kind, id, name, and the person when it is one whom the product knows."""

    kind: str
    id: str = ""
    name: str = ""
    person: Person | None = None


def new_row(case: Case, practice: Practice, command: EnterRow, now: datetime, day: date) -> RegisterRow:
    """The row that the engine wants written."""
    subject = subject_of(case, practice, command.register, command.subject, day)
    return RegisterRow(
        case=case,
        practice=practice.name,
        register=command.register,
        key=command.key,
        branch=command.branch,
        trigger=command.trigger,
        subject_kind=subject.kind,
        subject_id=subject.id,
        subject_name=subject.name[:NAME_CHARACTERS_MAX],
        person=subject.person,
        values=command.values,
        entered_at=now,
        entered_on=day,
        until_on=date.fromisoformat(command.until_on) if command.until_on else None,
    )


def subject_of(case: Case, practice: Practice, register: str, value: Json, day: date) -> RowSubject:
    """Of whom a row of this case would be; `value` is that of the fact which the register names in `of`."""
    of = practice.registers[register].of
    if of is None:
        return RowSubject("case", case.number, case.title)
    if of == REQUESTER:
        person = case.requester
        return RowSubject(REQUESTER, f"person:{person.pk}" if person else "", case.requester_name, person)
    return _by_format(str(practice.facts[of].get("format")), case, value, day)


def _by_format(kind: str, case: Case, value: Json, day: date) -> RowSubject:
    if kind == "person":
        person = by_reference(value, case, day).person if isinstance(value, str) and ":" in value else None
        return RowSubject(kind, f"person:{person.pk}" if person else "", person.name if person else "", person)
    if kind == "organisation":
        found = Organisation.objects.filter(code=str(value or "")).first()
        return RowSubject(kind, str(value or ""), found.name_zh if found else str(value or ""))
    if kind == "place":
        address = _address(value) or case.address
        return RowSubject(kind, address, address)
    return RowSubject("customer", str(value or ""), str(value or ""))


def _address(value: Json) -> str:
    place: Facts = value if isinstance(value, dict) else {}
    return str(place.get("address") or "")[:NAME_CHARACTERS_MAX]
