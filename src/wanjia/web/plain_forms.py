"""Forms that are not a practice's: fields with labels from the texts, faults at the field they belong to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from wanjia.model.faults import Fault, Where
from wanjia.texts import fault_sentence, say


@dataclass(frozen=True)
class PlainField:
    """One field. `kind`: text, search, tel, date, number, select, textarea, file; `label` and `help` are words."""

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    required: bool = True
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""
    max_length: int = 0
    accept: str = ""
    faults: tuple[str, ...] = ()
    fixed: bool = False
    rows: int = 0


@dataclass(frozen=True)
class PlainForm:
    """Fields in order, and the sentences of faults that belong to none."""

    fields: tuple[PlainField, ...]
    faults: tuple[dict[str, str], ...] = ()


def plain_form(fields: Iterable[PlainField], faults: Sequence[Fault], language: str) -> PlainForm:
    """Put every fault at its field; all of them also stand above the form, with a link."""
    known = [replace(field, faults=_of(field.name, faults, language)) for field in fields]
    names = {field.name for field in known}
    above = tuple(
        {"sentence": _bare(fault, language) if _name(fault) in names else fault_sentence(fault, language),
         "anchor": f"field-{_name(fault)}" if _name(fault) in names else ""}
        for fault in faults
    )  # fmt: skip
    return PlainForm(tuple(known), above)


def labelled(prefix: str, language: str, *fields: PlainField) -> tuple[PlainField, ...]:
    """Fields without a label get the text `<prefix>.<name>`, and as help `<prefix>.<name>.help` where there is one."""
    return tuple(_labelled(prefix, language, field) for field in fields)


def sent(post: Mapping[str, str], *names: str) -> dict[str, str]:
    """The named fields as they came, without blanks around them."""
    return {name: str(post.get(name, "")).strip() for name in names}


def _labelled(prefix: str, language: str, field: PlainField) -> PlainField:
    key = f"{prefix}.{field.name}"
    found = say(f"{key}.help", language)
    return replace(
        field,
        label=field.label or say(key, language),
        help=field.help or ("" if found == f"{key}.help" else found),
    )


def _of(name: str, faults: Sequence[Fault], language: str) -> tuple[str, ...]:
    return tuple(_bare(fault, language) for fault in faults if _name(fault) == name)


def _name(fault: Fault) -> str:
    return fault.where.column or fault.where.file


def _bare(fault: Fault, language: str) -> str:
    return fault_sentence(replace(fault, where=Where()), language)
