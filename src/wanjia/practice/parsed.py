"""A parsed file: plain JSON, the line of every value in it, and what was wrong with its syntax."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from wanjia.model.faults import Fault, Where
from wanjia.model.jsonvalue import Json

Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True)
class Parsed:
    """One YAML or JSON file. `lines` maps the path of each key and element to its 1-based line."""

    file: str
    value: Json = None
    lines: Mapping[Path, int] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def where(self, *path: str | int) -> Where:
        """File, line and dotted key of a value; of its nearest known parent when the value itself is missing."""
        at = path
        while at and at not in self.lines:
            at = at[:-1]
        return Where(self.file, self.lines.get(at, 1), ".".join(str(part) for part in path))
