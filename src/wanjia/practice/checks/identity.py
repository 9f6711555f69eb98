"""Name, version, title and the facts that practice.yaml itself names."""

from collections.abc import Iterator

from wanjia.model.faults import Fault
from wanjia.model.jsonvalue import Facts
from wanjia.practice.diagram import Diagram
from wanjia.practice.folder import Folder, as_mapping, as_names
from wanjia.practice.nearest import unknown
from wanjia.practice.placeholders import placeholders


def faults(folder: Folder) -> Iterator[Fault]:
    """Faults of practice.yaml against itself, the diagram and the changelog."""
    yield from _changelog_faults(folder)
    yield from _title_faults(folder)
    yield from _place_faults(folder)
    yield from _step_references(folder)
    yield from _fact_references(folder)


def name_fault(folder: Folder, folder_name: str) -> Iterator[Fault]:
    """The folder's own name is the domain: one name, found from either side."""
    domain = folder.manifest.get("domain")
    if isinstance(domain, str) and domain != folder_name:
        yield Fault(
            "practice.domain_differs",
            folder.where("practice.yaml", "domain"),
            {"domain": domain, "folder": folder_name},
        )


def _changelog_faults(folder: Folder) -> Iterator[Fault]:
    version = folder.manifest.get("version")
    changelog = folder.files.get("CHANGELOG.md", b"").decode(errors="replace")
    if isinstance(version, str) and changelog and version not in changelog:
        yield Fault("practice.changelog_lacks", folder.where("CHANGELOG.md"), {"version": version})


def _title_faults(folder: Folder) -> Iterator[Fault]:
    facts = folder.section("facts")
    for name in placeholders(str(folder.manifest.get("title", ""))):
        if name not in facts and name not in ("address", "practice", "case_number"):
            known = (*facts, "address", "practice", "case_number")
            yield unknown("practice.fact_unknown", folder.where("practice.yaml", "title"), name, known)


def _place_faults(folder: Folder) -> Iterator[Fault]:
    """`place` promises what the start form does: owner lookup needs it before the first task opens."""
    wanted = folder.manifest.get("place")
    start = folder.mapping("forms/start.schema.json")
    asked = "place" in as_mapping(start.get("properties"))
    required = "place" in as_names(start.get("required"))
    found = "required" if required else "optional" if asked else "none"
    if wanted in ("required", "optional", "none") and start and wanted != found:
        yield Fault(
            "practice.place_differs", folder.where("practice.yaml", "place"), {"wanted": wanted, "found": found}
        )


def _step_references(folder: Folder) -> Iterator[Fault]:
    manifest, diagram = folder.manifest, folder.diagram
    if not diagram.elements:
        return
    for keys, step in _named_steps(manifest):
        # Taking back may end with anything that is done, what the product does included; the rest is people's work.
        known = diagram.steps if keys[0] == "withdraw" else diagram.user_steps
        if step not in known:
            yield unknown("practice.step_unknown", folder.where("practice.yaml", *keys), step, known)
    yield from _call_faults(folder, diagram)


def _named_steps(manifest: Facts) -> Iterator[tuple[tuple[str | int, ...], str]]:
    until = as_mapping(manifest.get("withdraw")).get("until")
    for index, step in enumerate(as_names(until)):
        yield ("withdraw", "until", index), step
    for section, key in (("reopen", "to"), ("rating", "task")):
        target = as_mapping(manifest.get(section)).get(key)
        if isinstance(target, str):
            yield (section, key), target
    for step, earlier in as_mapping(manifest.get("returns")).items():
        yield ("returns", step), step
        for index, back_to in enumerate(as_names(earlier)):
            yield ("returns", step, index), back_to
    for step, other in as_mapping(manifest.get("four_eyes")).items():
        yield ("four_eyes", step), step
        yield ("four_eyes", step), str(other)


def _call_faults(folder: Folder, diagram: Diagram) -> Iterator[Fault]:
    services = tuple(diagram.work("capability"))
    for step in folder.section("calls"):
        if step not in services:
            yield unknown("practice.call_unknown", folder.where("practice.yaml", "calls", step), step, services)


def _fact_references(folder: Folder) -> Iterator[Fault]:
    facts = folder.section("facts")
    for keys, name in named_facts(folder):
        if name not in facts:
            yield unknown("practice.fact_unknown", folder.where("practice.yaml", *keys), name, facts)


def named_facts(folder: Folder) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Key path and name of each fact that practice.yaml refers to outside `facts`."""
    manifest = folder.manifest
    for index, name in enumerate(as_names(as_mapping(manifest.get("merge")).get("same"))):
        yield ("merge", "same", index), name
    rated = as_mapping(manifest.get("rating")).get("fact")
    if isinstance(rated, str):
        yield ("rating", "fact"), rated
    for paper in folder.section("papers"):
        yield ("papers", paper), paper
    for step, call in folder.section("calls").items():
        for side in ("inputs", "outputs"):
            for key, passed in as_mapping(call.get(side)).items():
                if not (side == "inputs" and passed in folder.section("inputs")):
                    yield ("calls", step, side, key), str(passed)
    for message, row in folder.section("messages").items():
        for side in ("payload", "facts"):
            for index, name in enumerate(as_names(row.get(side))):
                yield ("messages", message, side, index), name
