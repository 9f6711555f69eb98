"""A practice as it lies in the store: read again from its files, once per digest."""

from collections.abc import Mapping

import jsonschema

from wanjia.model.faults import Fault, Where
from wanjia.model.jsonvalue import Facts
from wanjia.practice.nearest import unknown
from wanjia.practice.nouns import Practice
from wanjia.practice.reader import read

PRACTICES_KEPT = 64
"""Read versions kept in memory: every active practice of a company, and a few versions that cases still run on."""

_kept: dict[str, Practice] = {}


def stored_practice(digest: str, files: Mapping[str, str]) -> Practice:
    """The practice of these files; the memory by digest only saves reading it again. ValueError if broken."""
    found = _kept.get(digest)
    if found is None:
        reading = read({path: text.encode() for path, text in files.items()})
        if reading.practice is None:
            raise ValueError(f"stored practice {digest[:12]} cannot be read: {reading.faults[:3]}")
        found = reading.practice
        if len(_kept) >= PRACTICES_KEPT:
            _kept.clear()
        _kept[digest] = found
    return found


def text_files(files: Mapping[str, bytes]) -> dict[str, str]:
    """The folder as text, as it is stored."""
    return {path: content.decode() for path, content in sorted(files.items())}


def settings_faults(practice: Practice, settings: Facts) -> tuple[Fault, ...]:
    """What is wrong with a company's settings: unknown names, wrong types, figures out of their range."""
    faults: list[Fault] = []
    for name, value in settings.items():
        rule = practice.inputs.get(name)
        if rule is None:
            faults.append(unknown("practice.setting_unknown", Where("settings", 0, name), name, practice.inputs))
            continue
        bounds = {"minimum": rule.minimum, "maximum": rule.maximum, "enum": list(rule.enum) or None}
        schema = {"type": rule.type, **{key: bound for key, bound in bounds.items() if bound is not None}}
        if not jsonschema.Draft202012Validator(schema).is_valid(value):
            values = {"name": name, "minimum": rule.minimum, "maximum": rule.maximum}
            faults.append(Fault("practice.setting_wrong", Where("settings", 0, name), values))
    return tuple(faults)
