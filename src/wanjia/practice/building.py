"""A folder without faults as the frozen Practice that everybody else uses."""

from typing import Any

from wanjia.engine.nouns import Definition
from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.clocks import clock_rules
from wanjia.practice.folder import LANGUAGES, Folder, as_mapping, as_names
from wanjia.practice.forms import form_of, message_forms
from wanjia.practice.indicators import indicators_of
from wanjia.practice.letters import letters_of
from wanjia.practice.nouns import (
    GROUPS,
    SAME_REQUESTER,
    Entry,
    Merge,
    Notice,
    Opening,
    PaperRule,
    Practice,
    Rating,
    Reopen,
    Role,
    Scenario,
    Setting,
)
from wanjia.practice.recurring import recurring_of
from wanjia.practice.registers import registers_of


def practice_of(folder: Folder, fingerprint: str, definition: Definition) -> Practice:
    """Build every noun. The folder has no faults, so required keys are there."""
    manifest: dict[str, Any] = folder.manifest
    return Practice(
        name=manifest["domain"],
        version=manifest["version"],
        digest=fingerprint,
        platform=manifest["platform"],
        prefix=manifest["prefix"],
        entry=_entry(manifest["entry"]),
        place=manifest["place"],
        title=manifest["title"],
        merge=_merge(manifest.get("merge")),
        reopen=Reopen(**manifest["reopen"]) if "reopen" in manifest else None,
        withdraw_until=as_names(manifest["withdraw"]["until"]) if "withdraw" in manifest else None,
        rating=Rating(**manifest["rating"]) if "rating" in manifest else None,
        roles={name: _role(name, row) for name, row in folder.section("roles").items()},
        inputs={name: _setting(name, row) for name, row in folder.section("inputs").items()},
        facts=folder.section("facts"),
        papers={name: _paper(row) for name, row in folder.section("papers").items()},
        messages=folder.section("messages"),
        notices={name: _notice(name, row) for name, row in folder.section("notices").items()},
        forms={**{step: form_of(folder, step) for step in folder.forms}, **message_forms(folder)},
        definition=definition,
        clocks=clock_rules(folder),
        letters=letters_of(folder),
        indicators=indicators_of(folder),
        scenarios=tuple(_scenario(folder, name) for name in folder.scenarios),
        checklist={
            name: as_mapping(row) for name, row in as_mapping(folder.mapping("checklist.yaml")["rules"]).items()
        },
        upgrades=_upgrades(folder),
        texts={language: folder.texts(language) for language in LANGUAGES},
        bpmn=_text(folder.files["process.bpmn"]),
        parts={path: _part(folder, path) for path in sorted(folder.files)},
        rows=as_names(manifest.get("rows")),
        registers=registers_of(folder),
        looks={step: str(row["register"]) for step, row in folder.section("calls").items() if "register" in row},
        recurring=recurring_of(folder),
        opens={step: _opening(row) for step, row in folder.section("calls").items() if "practice" in row},
    )


def _text(content: bytes) -> str:
    return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")


def _part(folder: Folder, path: str) -> Json:
    return folder.parsed[path].value if path in folder.parsed else _text(folder.files[path])


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(row["surface"], row.get("icon", ""), row.get("open_to", "everyone"), row.get("group", GROUPS[-1]))


def _merge(row: dict[str, Any] | None) -> Merge | None:
    return Merge(row["within_days"], tuple(row["same"]), row.get("radius_m", 0)) if row else None


def _role(name: str, row: dict[str, Any]) -> Role:
    return Role(name, row["who"], row.get("level"), row.get("fact"), row.get("field"), row.get("role"))


def _opening(row: Facts) -> Opening:
    return Opening(str(row["practice"]), str(row.get("requester", SAME_REQUESTER)))


def _setting(name: str, row: dict[str, Any]) -> Setting:
    return Setting(
        id=name,
        type=row["type"],
        default=row["default"],
        source=row["source"],
        unit=row.get("unit", ""),
        minimum=row.get("minimum"),
        maximum=row.get("maximum"),
        enum=tuple(row.get("enum", ())),
    )


def _paper(row: dict[str, Any]) -> PaperRule:
    return PaperRule(
        as_names(row["visible_to"]), {key: tuple(values) for key, values in row.get("when_item", {}).items()}
    )


def _notice(name: str, row: dict[str, Any]) -> Notice:
    return Notice(name, row["to"], as_names(row["channels"]), bool(row.get("urgent", False)))


def _scenario(folder: Folder, name: str) -> Scenario:
    row: dict[str, Any] = folder.mapping(f"scenarios/{name}.yaml")
    steps: tuple[Facts, ...] = tuple(map(as_mapping, row["steps"]))
    settings, world = as_mapping(row.get("settings")), as_mapping(row.get("world"))
    return Scenario(name, row["title"], row["starts_at"], settings, world, steps, row["expect"], bool(row.get("walk")))


def _upgrades(folder: Folder) -> dict[str, dict[str, str]]:
    rows = (row for _, row in folder.rows("upgrades.yaml", "upgrades"))
    return {str(row["from"]): {old: str(new) for old, new in as_mapping(row.get("steps")).items()} for row in rows}
