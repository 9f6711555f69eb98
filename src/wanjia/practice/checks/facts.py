"""Declared facts and settings: sound in themselves, and used somewhere."""

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator

from wanjia.model.capabilities import SIGNATURES
from wanjia.model.faults import Fault
from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.checks.identity import named_facts
from wanjia.practice.diagram import identifiers
from wanjia.practice.folder import LANGUAGES, Folder, as_mapping, as_names
from wanjia.practice.formats import FORMATS
from wanjia.practice.forms import field_names
from wanjia.practice.nouns import PERIOD_FACTS
from wanjia.practice.placeholders import placeholders
from wanjia.practice.shape import shown

# What actions fill in by themselves when a practice declares it; no file needs to name them.
FILLED_BY_PLATFORM = ("place", "contact_name", "contact_phone", "customer_number")


def faults(folder: Folder) -> Iterator[Fault]:
    """Formats on the wrong type, defaults outside their range, names used twice, facts nobody uses."""
    for name, fact in folder.section("facts").items():
        yield from _format_faults(folder, name, fact)
        yield from _value_faults(folder, "facts", name, fact)
    for name, setting in folder.section("inputs").items():
        yield from _value_faults(folder, "inputs", name, setting)
        if name in folder.section("facts"):
            yield Fault("practice.name_taken", folder.where("practice.yaml", "inputs", name), {"name": name})
    used = used_names(folder)
    for section, code in (("facts", "practice.fact_unused"), ("inputs", "practice.setting_unused")):
        for name in folder.section(section):
            if folder.whole and name not in used:
                yield Fault(code, folder.where("practice.yaml", section, name), {"name": name})


def _format_faults(folder: Folder, name: str, fact: Facts) -> Iterator[Fault]:
    format_name = fact.get("format")
    known = FORMATS.get(format_name) if isinstance(format_name, str) else None
    if known and isinstance(fact.get("type"), str) and fact["type"] != known.type:
        values = {"fact": name, "format": format_name, "type": known.type, "found": fact["type"]}
        yield Fault("practice.format_type", folder.where("practice.yaml", "facts", name, "format"), values)


def _value_faults(folder: Folder, section: str, name: str, row: Facts) -> Iterator[Fault]:
    """The row's own default and choices, held against its type and bounds."""
    bounds: dict[str, Any] = {key: row[key] for key in ("type", "minimum", "maximum") if key in row}
    if "default" in row:
        whole: dict[str, Any] = {**bounds, **({"enum": row["enum"]} if "enum" in row else {})}
        yield from _against(folder, whole, (section, name, "default"), row["default"])
    if isinstance(row.get("enum"), list) and row.get("type") != "array":
        for index, value in enumerate(_list(row.get("enum"))):
            yield from _against(folder, bounds, (section, name, "enum", index), value)


def _against(folder: Folder, schema: dict[str, Any], keys: tuple[str | int, ...], value: Json) -> Iterator[Fault]:
    for error in Draft202012Validator(schema).iter_errors(value):
        values = {"value": shown(value), "rule": error.validator, "limit": shown(error.validator_value)}
        yield Fault("practice.default_wrong", folder.where("practice.yaml", *keys), values)


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def used_names(folder: Folder) -> frozenset[str]:
    """Every name of a fact or setting that any file of the folder refers to."""
    names = {*folder.diagram.words, *folder.decisions.words, *FILLED_BY_PLATFORM, *_called(folder)}
    names |= {name for _, name in named_facts(folder)}
    names |= set(PERIOD_FACTS) if "recurring" in folder.manifest else set()
    names |= {str(role.get("fact")) for role in folder.section("roles").values()}
    names |= {name for step in folder.forms for name in _in_form(folder, step)}
    names |= set(_in_clocks(folder)) | set(_in_letters(folder)) | set(_in_indicators(folder))
    names |= set(_in_registers(folder))
    sentences = [str(folder.manifest.get("title", ""))]
    sentences += [sentence for language in LANGUAGES for sentence in folder.texts(language).values()]
    return frozenset(names | {name for sentence in sentences for name in placeholders(sentence)})


def _called(folder: Folder) -> Iterator[str]:
    """A setting or fact that a call passes, whichever side it stands on."""
    for call in folder.section("calls").values():
        for side in ("inputs", "outputs"):
            yield from map(str, as_mapping(call.get(side)).values())
    for capability in folder.diagram.work("capability").values():
        signature = SIGNATURES.get(capability)
        if signature is not None:  # what `calls` leaves out takes the fact of the same name
            yield from (*signature.inputs, *signature.outputs)


def _in_form(folder: Folder, step: str) -> Iterator[str]:
    yield from field_names(folder, step)
    layout = folder.mapping(f"forms/{step}.ui.json")
    yield from as_names(layout.get("shows"))
    for condition in as_mapping(layout.get("show_if")).values():
        yield from identifiers(str(condition))


def _in_clocks(folder: Folder) -> Iterator[str]:
    for _, clock in folder.rows("clocks.yaml", "clocks"):
        yield from identifiers(str(clock.get("when", "")))
        yield str(clock.get("limit_by", "")).removeprefix("item.")
        for edition in map(as_mapping, _list(clock.get("editions"))):
            yield str(edition.get("until", "")).removeprefix("item.")
        for effect in _list(clock.get("on_expire")):
            yield from as_mapping(as_mapping(effect).get("complete"))


def _in_letters(folder: Folder) -> Iterator[str]:
    for _, letter in folder.rows("letters.yaml", "letters"):
        for block in map(as_mapping, _list(letter.get("blocks"))):
            yield from as_names(block.get("facts"))
            yield str(as_mapping(block.get("table")).get("items", ""))
            yield from as_names(as_mapping(block.get("table")).get("columns"))
            yield from identifiers(str(block.get("when", "")))


def _in_registers(folder: Folder) -> Iterator[str]:
    for _, register in folder.rows("registers.yaml", "registers"):
        yield from as_names(register.get("columns"))
        yield from (str(register.get(key, "")) for key in ("of", "until"))
        yield from identifiers(str(register.get("when", "")))


def _in_indicators(folder: Folder) -> Iterator[str]:
    for _, indicator in folder.rows("indicators.yaml", "indicators"):
        for key in ("of", "where"):
            yield from identifiers(str(indicator.get(key, "")))
