"""The quality scale: four tiers of rules. What a machine can see is checked, so `done` is never only a claim."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from wanjia.model.faults import Fault
from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.folder import LANGUAGES, Folder, as_mapping
from wanjia.practice.nearest import unknown

Tier: TypeAlias = Literal["bronze", "silver", "gold", "platinum"]
TIERS: tuple[Tier, ...] = ("bronze", "silver", "gold", "platinum")
FILE = "checklist.yaml"
README_CHARACTERS_MIN = 300


@dataclass(frozen=True)
class Rule:
    """One rule: its tier, and how the folder shows that it holds; None where only people can say (with a reason)."""

    id: str
    tier: Tier
    shown_by: Callable[[Folder], bool] | None


def _readme_tells(folder: Folder) -> bool:
    return len(folder.files.get("README.md", b"").decode(errors="replace")) >= README_CHARACTERS_MIN


def _forms_laid_out(folder: Folder) -> bool:
    return all(f"forms/{step}.ui.json" in folder.parsed for step in folder.forms)


def _tasks_explained(folder: Folder) -> bool:
    steps = folder.diagram.user_steps
    return all(f"tasks.{step}.help" in folder.texts(language) for step in steps for language in LANGUAGES)


def _every_task_timed(folder: Folder) -> bool:
    started = {str(trigger) for clock in _clocks(folder) for trigger in _list(clock.get("start"))}
    always = "case_started" in started
    return always or all(f"opened:{step}" in started for step in folder.diagram.user_steps)


def _clocks_sourced(folder: Folder) -> bool:
    return all(edition.get("source") for clock in _clocks(folder) for edition in _editions(clock))


def _clocks_warn(folder: Folder) -> bool:
    return all(clock.get("warn") or clock.get("waits") for clock in _clocks(folder))


def _expiry_acts(folder: Folder) -> bool:
    return all(clock.get("on_expire") for clock in _clocks(folder))


def _figures_verified(folder: Folder) -> bool:
    return all(edition.get("sure") != "M" for clock in _clocks(folder) for edition in _editions(clock))


def _requester_told(folder: Folder) -> bool:
    return any(row.get("to") == "requester" for row in folder.section("notices").values())


def _indicators(folder: Folder) -> bool:
    return any(True for _ in folder.rows("indicators.yaml", "indicators"))


def _late_told(folder: Folder) -> bool:
    expected = [as_mapping(s.get("expect")).get("clocks") for s in _scenarios(folder)]
    return any(word in ("expired", "late") for clocks in expected for word in _words(as_mapping(clocks)))


def _way_back_told(folder: Folder) -> bool:
    deeds = {as_mapping(step).get("do") for scenario in _scenarios(folder) for step in _list(scenario.get("steps"))}
    return bool(deeds & {"return", "reopen", "withdraw"})


def _rated(folder: Folder) -> bool:
    return "rating" in folder.manifest


RULES: tuple[Rule, ...] = (
    Rule("readme_tells", "bronze", _readme_tells),
    Rule("clocks_sourced", "bronze", _clocks_sourced),
    Rule("forms_laid_out", "bronze", _forms_laid_out),
    Rule("expiry_acts", "bronze", _expiry_acts),
    Rule("tasks_explained", "silver", _tasks_explained),
    Rule("every_task_timed", "silver", _every_task_timed),
    Rule("indicators_defined", "silver", _indicators),
    Rule("late_case_told", "silver", _late_told),
    Rule("clocks_warn", "gold", _clocks_warn),
    Rule("requester_told", "gold", _requester_told),
    Rule("requester_rates", "gold", _rated),
    Rule("way_back_told", "gold", _way_back_told),
    Rule("figures_verified", "platinum", _figures_verified),
    Rule("law_reviewed", "platinum", None),
    Rule("piloted", "platinum", None),
    Rule("effect_measured", "platinum", None),
)
BY_ID = {rule.id: rule for rule in RULES}


def quality_faults(folder: Folder) -> Iterator[Fault]:
    """Rules missing from the checklist, unknown ones, claims not shown, exemptions without reason."""
    if FILE not in folder.parsed or folder.parsed[FILE].value is None:
        return
    rows = {name: as_mapping(row) for name, row in as_mapping(folder.mapping(FILE).get("rules")).items()}
    for name in rows:
        if name not in BY_ID:
            yield unknown("practice.rule_unknown", folder.where(FILE, "rules", name), name, BY_ID)
    for rule in RULES:
        if rule.id not in rows:
            yield Fault("practice.rule_missing", folder.where(FILE, "rules"), {"rule": rule.id, "tier": rule.tier})
        else:
            yield from _row_faults(folder, rule, rows[rule.id])


def _row_faults(folder: Folder, rule: Rule, row: Facts) -> Iterator[Fault]:
    where, status = folder.where(FILE, "rules", rule.id), row.get("status")
    values = {"rule": rule.id, "tier": rule.tier}
    if status == "done" and rule.shown_by is not None and folder.whole and not rule.shown_by(folder):
        yield Fault("practice.rule_not_shown", where, values)
    elif status == "todo" and rule.tier == "bronze":
        yield Fault("practice.rule_needed", where, values)
    elif "reason" not in row and (status == "exempt" or (status == "done" and rule.shown_by is None)):
        yield Fault("practice.rule_reason", where, {**values, "status": status})


def tier_of(checklist: dict[str, Facts]) -> Tier | None:
    """The highest tier whose rules, and those of the tiers below, are all done or exempt."""
    reached: Tier | None = None
    for tier in TIERS:
        rules = [rule.id for rule in RULES if rule.tier == tier]
        if not all(checklist.get(rule, {}).get("status") in ("done", "exempt") for rule in rules):
            break
        reached = tier
    return reached


def _clocks(folder: Folder) -> Iterator[Facts]:
    return (row for _, row in folder.rows("clocks.yaml", "clocks"))


def _editions(clock: Facts) -> Iterator[Facts]:
    return map(as_mapping, _list(clock.get("editions")))


def _scenarios(folder: Folder) -> Iterator[Facts]:
    return (folder.mapping(f"scenarios/{name}.yaml") for name in folder.scenarios)


def _words(clocks: Facts) -> Iterator[str]:
    for value in clocks.values():
        yield from map(str, value if isinstance(value, list) else [value])


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
