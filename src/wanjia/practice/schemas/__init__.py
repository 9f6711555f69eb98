"""The form of each file of a practice folder, as JSON Schema tables. One file here per file (or family) there."""

import re

from wanjia.model.jsonvalue import Facts
from wanjia.practice.schemas import (
    checklist,
    clocks,
    forms,
    indicators,
    letters,
    manifest,
    registers,
    scenarios,
    texts,
    upgrades,
)

BY_FILE: tuple[tuple[re.Pattern[str], Facts], ...] = (
    (re.compile(r"practice\.yaml"), manifest.SCHEMA),
    (re.compile(r"clocks\.yaml"), clocks.SCHEMA),
    (re.compile(r"letters\.yaml"), letters.SCHEMA),
    (re.compile(r"indicators\.yaml"), indicators.SCHEMA),
    (re.compile(r"registers\.yaml"), registers.SCHEMA),
    (re.compile(r"checklist\.yaml"), checklist.SCHEMA),
    (re.compile(r"upgrades\.yaml"), upgrades.SCHEMA),
    (re.compile(r"scenarios/.*\.yaml"), scenarios.SCHEMA),
    (re.compile(r"texts/.*\.json"), texts.SCHEMA),
    (re.compile(r"forms/.*\.schema\.json"), forms.SCHEMA),
    (re.compile(r"forms/.*\.ui\.json"), forms.UI_SCHEMA),
)


def schema_for(path: str) -> Facts | None:
    """The table for one file of the folder, or None for files that are not YAML or JSON."""
    return next((schema for pattern, schema in BY_FILE if pattern.fullmatch(path)), None)
