"""What changes for people when one version of a practice takes another's place: by its meaning, not by its lines."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from wanjia.engine.nouns import ClockRule
from wanjia.model.jsonvalue import Json
from wanjia.practice.nouns import Form, Practice, Setting

Part: TypeAlias = Literal["roles", "steps", "forms", "fields", "clocks", "settings", "facts", "letters", "indicators",
                          "registers", "files"]  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """One thing that is new (`before` is empty), gone (`after` is empty) or other than it was.

    `id` names it in its part; for a field it is `<step>.<field>`. `key` is the text key under which people know it.
    """

    part: Part
    id: str
    key: str
    before: str
    after: str

    @property
    def kind(self) -> Literal["new", "gone", "changed"]:
        """What happened to it."""
        return "new" if not self.before else "changed" if self.after else "gone"


def differences(old: Practice, new: Practice) -> tuple[Difference, ...]:
    """Everything that people would notice, part by part; empty when only words of explanation differ."""
    return (
        *_part("roles", "roles.", _roles(old), _roles(new)),
        *_part("steps", "tasks.", _steps(old), _steps(new)),
        *_part("fields", "facts.", _fields(old), _fields(new)),
        *_part("clocks", "clocks.", _clocks(old), _clocks(new)),
        *_part("settings", "inputs.", _settings(old), _settings(new)),
        *_part("facts", "facts.", _facts(old), _facts(new)),
        *_part("letters", "letters.", _letters(old), _letters(new)),
        *_part("indicators", "indicators.", _indicators(old), _indicators(new)),
        *_part("registers", "registers.", _registers(old), _registers(new)),
    )


def file_differences(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Difference, ...]:
    """Files that are new, gone or hold something else; how many lines they have."""
    return tuple(_part("files", "", _lines(old), _lines(new), {path for path in old if old[path] != new.get(path)}))


def _part(
    part: Part, prefix: str, old: Mapping[str, str], new: Mapping[str, str], changed: Collection[str] = ()
) -> Iterator[Difference]:
    for name in (*old, *(name for name in new if name not in old)):
        before, after = old.get(name, ""), new.get(name, "")
        if before != after or name in changed:
            key = prefix + name.rpartition(".")[2] if prefix else ""
            yield Difference(part, name, f"{key}.title" if part == "letters" else key, before, after)


def _lines(files: Mapping[str, str]) -> dict[str, str]:
    return {path: str(text.count("\n")) for path, text in sorted(files.items())}


def _roles(practice: Practice) -> dict[str, str]:
    return {
        role.id: " ".join(str(part) for part in (role.who, role.level, role.fact, role.field, role.role) if part)
        for role in practice.roles.values()
    }


def _steps(practice: Practice) -> dict[str, str]:
    """Steps with the form's number of fields, so that a step without questions still shows."""
    return {step: str(len(form.fields)) for step, form in practice.forms.items()}


def _fields(practice: Practice) -> dict[str, str]:
    return {f"{step}.{name}": _field(form, name) for step, form in practice.forms.items() for name in form.fields}


def _field(form: Form, name: str) -> str:
    properties = form.schema.get("properties")
    rule = properties.get(name) if isinstance(properties, dict) else None
    asked = "needed" if name in form.required else "optional"
    shown = f"if {form.show_if[name]}" if name in form.show_if else ""
    return " ".join(part for part in (asked, _narrowed(rule), shown) if part)


def _narrowed(rule: Json) -> str:
    if not isinstance(rule, dict):
        return ""
    kept = ("const", "enum", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems")
    return " ".join(f"{key}={rule[key]}" for key in kept if key in rule)


def _clocks(practice: Practice) -> dict[str, str]:
    return {clock.id: _clock(clock) for clock in practice.clocks}


def _clock(clock: ClockRule) -> str:
    """The limits of the newest edition, and what happens at the end; triggers only as far as they start and stop."""
    edition = clock.editions[-1]
    limits = ", ".join(f"{value or '*'}: {limit.value} {limit.unit}" for value, limit in sorted(edition.limits.items()))
    until = f" until {edition.until}" if edition.until else ""
    acts = ", ".join(sorted(str(next(iter(act))) for act in clock.on_expire if act))
    return f"{limits}{until}; {' '.join(clock.start)} – {' '.join(clock.stop)}; {acts}"


def _settings(practice: Practice) -> dict[str, str]:
    return {setting.id: _setting(setting) for setting in practice.inputs.values()}


def _setting(setting: Setting) -> str:
    bounds = [str(bound) for bound in (setting.minimum, setting.maximum) if bound is not None]
    between = f" ({' – '.join(bounds)})" if bounds else ""
    return f"{setting.default} {setting.unit}".strip() + between


def _facts(practice: Practice) -> dict[str, str]:
    kept = ("type", "format", "enum", "unit", "personal")
    return {
        name: " ".join(f"{key}={rule[key]}" for key in kept if rule.get(key) not in (None, False))
        for name, rule in practice.facts.items()
    }


def _letters(practice: Practice) -> dict[str, str]:
    return {
        letter.id: f"{letter.audience}, {letter.signed_by or '—'}, {len(letter.blocks)}"
        for letter in practice.letters.values()
    }


def _indicators(practice: Practice) -> dict[str, str]:
    return {
        row.id: " ".join(part for part in (row.measure, row.unit, row.better, row.of, row.where, row.clock) if part)
        for row in practice.indicators
    }


def _registers(practice: Practice) -> dict[str, str]:
    return {row.id: ", ".join(row.columns) for row in practice.registers.values()}
