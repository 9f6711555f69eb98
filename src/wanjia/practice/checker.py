"""Everything that can be wrong with a practice folder, at once: the reader's faults, and what only a check sees."""

from collections import defaultdict
from collections.abc import Mapping

from wanjia.engine.compiling import waiting_faults
from wanjia.model.capability_signature import CapabilitySignature
from wanjia.model.faults import Fault, Where
from wanjia.model.working_time import WorkCalendar
from wanjia.practice.checks import identity, steps, stories, words
from wanjia.practice.folder import Folder, as_mapping, open_folder
from wanjia.practice.quality import quality_faults
from wanjia.practice.reader import read_folder
from wanjia.practice.scenarios import scenario_faults


def check(
    files: Mapping[str, bytes],
    capabilities: Mapping[str, CapabilitySignature],
    calendar: WorkCalendar,
    folder_name: str | None = None,
) -> tuple[Fault, ...]:
    """All faults, in the order of files and lines. Scenarios run when nothing else is wrong with what they need.

    `folder_name` is compared with the domain; None when the files come from somewhere that has no name.
    """
    folder = open_folder(files)
    reading = read_folder(folder)
    faults = [*reading.faults, *quality_faults(folder)]
    linked = [*steps.faults(folder, capabilities)] if folder.manifest else []
    faults += linked
    if folder.manifest:
        faults += [*words.faults(folder), *stories.faults(folder)]
    if folder_name is not None:
        faults += identity.name_fault(folder, folder_name)
    if reading.practice is not None:
        faults += waiting_faults(files["process.bpmn"])
    if reading.practice is not None and not linked:
        faults += scenario_faults(reading.practice, folder, calendar)
    return _ordered(faults)


def prefix_faults(folders: Mapping[str, Mapping[str, bytes]]) -> tuple[Fault, ...]:
    """Two practices with one prefix would give two cases one number. `folders`: name -> files."""
    owners: dict[str, list[tuple[str, Folder]]] = defaultdict(list)
    for name, files in folders.items():
        folder = open_folder({path: content for path, content in files.items() if path == "practice.yaml"})
        prefix = folder.manifest.get("prefix")
        if isinstance(prefix, str):
            owners[prefix].append((name, folder))
    return tuple(
        Fault("practice.prefix_taken", _in(name, folder), {"prefix": prefix, "other": group[0][0]})
        for prefix, group in owners.items()
        for name, folder in group[1:]
        if as_mapping(folder.manifest).get("domain") != group[0][1].manifest.get("domain")
    )


def _in(name: str, folder: Folder) -> Where:
    where = folder.where("practice.yaml", "prefix")
    return Where(f"{name}/{where.file}", where.line, where.column)


def _ordered(faults: list[Fault]) -> tuple[Fault, ...]:
    """Sorted, and each said once even when two checks see it."""
    seen = {(fault.where, fault.code, str(sorted(fault.values.items()))): fault for fault in faults}
    return tuple(seen[key] for key in sorted(seen))
