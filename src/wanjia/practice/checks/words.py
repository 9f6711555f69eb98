"""Texts: every word a person reads is there in both languages, asks for known facts only, and is used."""

from collections.abc import Iterator

from wanjia.model.faults import Fault
from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.folder import LANGUAGES, Folder, as_mapping, as_names
from wanjia.practice.letters import item_fields
from wanjia.practice.nearest import unknown
from wanjia.practice.placeholders import PROVIDED, placeholders


def faults(folder: Folder) -> Iterator[Fault]:
    """Keys missing, idle, or different in what they ask for, per language."""
    needed, optional = set(needed_keys(folder)), set(optional_keys(folder))
    helps = {f"{key}.help" for key in needed | optional}
    free = tuple(_free_prefixes(folder))
    for language in LANGUAGES:
        texts, path = folder.texts(language), f"texts/{language}.json"
        if path not in folder.parsed or (not texts and folder.parsed[path].faults):
            continue
        for key in sorted(needed - texts.keys()):
            yield Fault("practice.text_missing", folder.where(path, key), {"key": key})
        for key in texts:
            if folder.whole and key not in needed | optional | helps and not key.startswith(free):
                yield unknown("practice.text_idle", folder.where(path, key), key, needed - texts.keys())
            yield from _placeholder_faults(folder, path, key, texts[key])
    yield from _twin_faults(folder)


def _placeholder_faults(folder: Folder, path: str, key: str, sentence: str) -> Iterator[Fault]:
    known = {*folder.section("facts"), *folder.section("inputs"), *PROVIDED}
    for name in placeholders(sentence):
        if name not in known:
            yield unknown("practice.placeholder_unknown", folder.where(path, key), name, known, key=key)


def _twin_faults(folder: Folder) -> Iterator[Fault]:
    """Both languages must tell the same facts."""
    first, second = (folder.texts(language) for language in LANGUAGES)
    for key in first.keys() & second.keys():
        ours, theirs = set(placeholders(first[key])), set(placeholders(second[key]))
        if ours != theirs:
            values = {"key": key, "names": ", ".join(sorted(ours ^ theirs))}
            yield Fault("practice.placeholders_differ", folder.where(f"texts/{LANGUAGES[1]}.json", key), values)


def needed_keys(folder: Folder) -> Iterator[str]:
    """Every key that a screen, letter or message asks for."""
    yield from ("name", "summary")
    yield from (f"tasks.{step}" for step in folder.diagram.user_steps)
    yield from (f"ends.{end}" for end in folder.diagram.ends)
    for section in ("roles", "notices", "messages"):
        yield from (f"{section}.{name}" for name in folder.section(section))
    for name, fact in folder.section("facts").items():
        yield from _fact_keys(f"facts.{name}", fact)
    for name, setting in folder.section("inputs").items():
        yield from _fact_keys(f"inputs.{name}", setting)
    yield from (f"clocks.{row.get('id')}" for _, row in folder.rows("clocks.yaml", "clocks"))
    yield from (f"indicators.{row.get('id')}" for _, row in folder.rows("indicators.yaml", "indicators"))
    yield from (f"registers.{row.get('id')}" for _, row in folder.rows("registers.yaml", "registers"))
    yield from (f"decisions.{name}" for name in folder.decisions.ids("decision"))
    yield from _letter_keys(folder)
    yield from _group_keys(folder)


def optional_keys(folder: Folder) -> Iterator[str]:
    """Keys that may be there: steps nobody does by hand, what is drawn, columns that nothing declares."""
    yield "tasks.start"
    yield from (f"tasks.{step}" for step in folder.diagram.steps)
    yield from (f"flows.{flow}" for flow in folder.diagram.ids("sequenceFlow"))
    yield from (f"ends.{end}" for end in folder.diagram.ids("endEvent"))
    events = folder.diagram.ids("startEvent", "boundaryEvent", "intermediateCatchEvent")
    yield from (f"events.{event}" for event in events)
    yield from (f"gateways.{gateway}" for gateway in folder.diagram.gateways)
    scoped = [name for name, fact in folder.section("facts").items() if fact.get("scope") == "item"]
    for name, fact in folder.section("facts").items():
        if fact.get("type") == "array":
            yield from (f"facts.{name}.{field}" for field in scoped)
    for _, letter in folder.rows("letters.yaml", "letters"):
        for block in _list(letter.get("blocks")):
            table = as_mapping(as_mapping(block).get("table"))
            yield from (f"facts.{table.get('items')}.{column}" for column in as_names(table.get("columns")))


def _free_prefixes(folder: Folder) -> Iterator[str]:
    """Lists whose elements no schema describes, as a capability returns them, may name any column."""
    for name, fact in folder.section("facts").items():
        if fact.get("type") == "array" and not item_fields(fact):
            yield f"facts.{name}."


def _fact_keys(prefix: str, fact: Facts) -> Iterator[str]:
    yield prefix
    items = as_mapping(fact.get("items"))
    for holder in (fact, items):
        yield from (f"{prefix}.{value}" for value in _list(holder.get("enum")) if isinstance(value, str))
    for field, column in {**item_fields(fact), **as_mapping(fact.get("properties"))}.items():
        yield from _fact_keys(f"{prefix}.{field}", as_mapping(column))


def _letter_keys(folder: Folder) -> Iterator[str]:
    for _, letter in folder.rows("letters.yaml", "letters"):
        yield f"letters.{letter.get('id')}.title"
        for block in _list(letter.get("blocks")):
            key = as_mapping(block).get("text")
            if isinstance(key, str):
                yield key


def _group_keys(folder: Folder) -> Iterator[str]:
    for step in folder.forms:
        for group in _list(folder.mapping(f"forms/{step}.ui.json").get("groups")):
            title = as_mapping(group).get("title")
            if isinstance(title, str):
                yield title


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
