"""Scenarios and upgrades before anything runs: names of steps, clocks, ends and versions; ends nobody reaches."""

from collections.abc import Iterable, Iterator

from wanjia.model.faults import Fault
from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.folder import Folder, as_mapping, as_names
from wanjia.practice.nearest import unknown

# Deeds that are done to one open task.
ON_TASK = ("complete", "return", "opinion", "pass_on", "delegate")


def faults(folder: Folder) -> Iterator[Fault]:
    """All scenarios, then upgrades."""
    reached: set[str] = set()
    for name in folder.scenarios:
        if folder.unreadable(f"scenarios/{name}.yaml"):
            continue
        yield from _scenario_faults(folder, f"scenarios/{name}.yaml")
        reached.add(str(as_mapping(folder.mapping(f"scenarios/{name}.yaml").get("expect")).get("end")))
    for end in folder.diagram.results:
        if end not in reached and not any(map(folder.unreadable, folder.parsed)):
            yield Fault("practice.end_unreached", folder.bpmn_at(end), {"end": end})
    yield from _walk_faults(folder)
    yield from _upgrade_faults(folder)


def _walk_faults(folder: Folder) -> Iterator[Fault]:
    """One scenario at most is played through the pages."""
    marked = [name for name in folder.scenarios if folder.mapping(f"scenarios/{name}.yaml").get("walk") is True]
    for name in marked[1:]:
        yield Fault("practice.walk_twice", folder.where(f"scenarios/{name}.yaml", "walk"), {"first": marked[0]})


def _scenario_faults(folder: Folder, path: str) -> Iterator[Fault]:
    scenario = folder.mapping(path)
    if folder.diagram.elements:
        yield from _step_faults(folder, path, scenario)
    yield from _expect_faults(folder, path, as_mapping(scenario.get("expect")))
    for name in as_mapping(scenario.get("settings")):
        yield from _name(folder, path, ("settings", name), name, folder.section("inputs"), "practice.setting_unknown")
    called = set(folder.diagram.work("capability").values())
    for name in as_mapping(scenario.get("world")):
        if folder.diagram.elements:
            yield from _name(folder, path, ("world", name), name, called, "practice.world_unknown")


def _step_faults(folder: Folder, path: str, scenario: Facts) -> Iterator[Fault]:
    steps = scenario.get("steps")
    for index, step in enumerate(steps if isinstance(steps, list) else []):
        row, keys = as_mapping(step), ("steps", index)
        deed = row.get("do")
        if index == 0 and deed != "start":
            yield Fault("practice.scenario_start", folder.where(path, *keys), {"found": str(deed)})
        if deed in ON_TASK and "task" not in row:
            yield Fault("practice.scenario_task", folder.where(path, *keys), {"deed": deed})
        if isinstance(row.get("task"), str):
            yield from _name(
                folder, path, (*keys, "task"), row["task"], folder.diagram.user_steps, "practice.step_unknown"
            )
        if deed == "return" and isinstance(row.get("to"), str):
            yield from _name(folder, path, (*keys, "to"), row["to"], folder.diagram.user_steps, "practice.step_unknown")
        if deed == "message":
            yield from _name(
                folder, path, (*keys, "name"), row.get("name"), folder.section("messages"), "practice.message_unknown"
            )
        for name in as_mapping(row.get("with")) if deed in ("start", "complete", "message") else ():
            yield from _name(
                folder, path, (*keys, "with", name), name, folder.section("facts"), "practice.fact_unknown"
            )


def _expect_faults(folder: Folder, path: str, expect: Facts) -> Iterator[Fault]:
    diagram = folder.diagram
    clocks = [str(row.get("id")) for _, row in folder.rows("clocks.yaml", "clocks")]
    registers = [str(row.get("id")) for _, row in folder.rows("registers.yaml", "registers")]
    letters = [str(row.get("id")) for _, row in folder.rows("letters.yaml", "letters")]
    if isinstance(expect.get("end"), str) and diagram.elements:
        yield from _name(folder, path, ("expect", "end"), expect["end"], diagram.ends, "practice.end_unknown")
    rows: tuple[tuple[str, Iterable[str], Iterable[str], str], ...] = (
        ("facts", as_mapping(expect.get("facts")), folder.section("facts"), "practice.fact_unknown"),
        ("open", as_names(expect.get("open")), diagram.user_steps, "practice.step_unknown"),
        ("clocks", as_mapping(expect.get("clocks")), clocks, "practice.clock_unknown"),
        ("letters", as_names(expect.get("letters")), letters, "practice.letter_unknown"),
        ("registers", as_mapping(expect.get("registers")), registers, "practice.register_unknown"),
    )
    for key, names, known, code in rows:
        if folder.unreadable(f"{key}.yaml"):
            continue
        for name in names:
            yield from _name(folder, path, ("expect", key, name), name, known, code)


def _name(
    folder: Folder, path: str, keys: tuple[str | int, ...], name: Json, known: Iterable[str], code: str
) -> Iterator[Fault]:
    if name not in (names := tuple(known)):
        yield unknown(code, folder.where(path, *keys), name, names, step="")


def _upgrade_faults(folder: Folder) -> Iterator[Fault]:
    version = folder.manifest.get("version")
    for index, row in folder.rows("upgrades.yaml", "upgrades"):
        keys = ("upgrades", index)
        if row.get("from") == version:
            yield Fault("practice.upgrade_self", folder.where("upgrades.yaml", *keys), {"version": version})
        for old, new in as_mapping(row.get("steps")).items():
            if folder.diagram.elements:
                at = (*keys, "steps", old)
                yield from _name(folder, "upgrades.yaml", at, new, folder.diagram.user_steps, "practice.step_unknown")
