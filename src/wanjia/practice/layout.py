"""Which files a practice folder holds: fixed names, so that the same thing is in the same place in every practice."""

import re
from collections.abc import Mapping

from wanjia.model.faults import Fault, Where
from wanjia.practice.limits import FILE_BYTES_MAX, FOLDER_BYTES_MAX, FOLDER_FILES_MAX
from wanjia.practice.nearest import unknown

REQUIRED = (
    "practice.yaml",
    "process.bpmn",
    "clocks.yaml",
    "checklist.yaml",
    "forms/start.schema.json",
    "texts/zh-Hans.json",
    "texts/en.json",
    "README.md",
    "CHANGELOG.md",
)
OPTIONAL = ("decisions.dmn", "letters.yaml", "indicators.yaml", "registers.yaml", "upgrades.yaml", "README.zh-Hans.md")
FAMILIES = (
    re.compile(r"forms/[a-z][a-z0-9_]{0,63}\.(schema|ui)\.json"),
    re.compile(r"scenarios/[a-z0-9][a-z0-9_]{0,63}\.yaml"),
)
PROSE = ("README.md", "README.zh-Hans.md", "CHANGELOG.md")


def is_known(path: str) -> bool:
    """Whether a relative path has a meaning in a practice folder."""
    return path in REQUIRED or path in OPTIONAL or any(family.fullmatch(path) for family in FAMILIES)


def layout_faults(files: Mapping[str, bytes]) -> tuple[Fault, ...]:
    """Missing, unknown and oversized files."""
    return (*_missing(files), *_unknown(files), *_oversized(files))


def _missing(files: Mapping[str, bytes]) -> list[Fault]:
    faults = [Fault("practice.file_missing", Where(path), {"path": path}) for path in REQUIRED if path not in files]
    if not any(path.startswith("scenarios/") for path in files):
        faults.append(Fault("practice.scenarios_missing", Where("scenarios/")))
    return faults


def _unknown(files: Mapping[str, bytes]) -> list[Fault]:
    known = (*REQUIRED, *OPTIONAL, "forms/<task>.schema.json", "forms/<task>.ui.json", "scenarios/<name>.yaml")
    strange = [path for path in sorted(files) if not is_known(path)]
    return [unknown("practice.file_unknown", Where(path), path, known) for path in strange]


def _oversized(files: Mapping[str, bytes]) -> list[Fault]:
    faults = [
        Fault("practice.file_too_large", Where(path), {"bytes": len(content), "bytes_max": FILE_BYTES_MAX})
        for path, content in sorted(files.items())
        if len(content) > FILE_BYTES_MAX
    ]
    total = sum(map(len, files.values()))
    if len(files) > FOLDER_FILES_MAX or total > FOLDER_BYTES_MAX:
        values = {"files": len(files), "files_max": FOLDER_FILES_MAX, "bytes": total, "bytes_max": FOLDER_BYTES_MAX}
        faults.append(Fault("practice.folder_too_large", Where(), values))
    return faults
