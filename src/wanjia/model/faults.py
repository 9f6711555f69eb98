"""What was wrong with an input: a value, not an exception, so that a whole list can be returned."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, order=True)
class Where:
    """A place in an input: file (or field path), 1-based row or line, and column or key. Empty parts are unknown."""

    file: str = ""
    line: int = 0
    column: str = ""

    def __str__(self) -> str:
        parts = [self.file, str(self.line) if self.line else "", self.column]
        return ":".join(part for part in parts if part)


@dataclass(frozen=True)
class Fault:
    """One fault: a stable code (`territory.gap`), where it stands, and the values its sentence needs.

    The sentence itself is in `wanjia.texts`, by code, in every language; it says what is wrong and what to do next.
    """

    code: str
    where: Where = field(default_factory=Where)
    values: Mapping[str, object] = field(default_factory=dict)


class Refused(Exception):
    """An input was refused as a whole; nothing was changed. Carries every fault that was found."""

    def __init__(self, faults: tuple[Fault, ...] | list[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{fault.code} at {fault.where}" for fault in self.faults))


class Denied(Refused):
    """The actor may not do this; says which verb on which object."""

    def __init__(self, obj: str, verb: str) -> None:
        super().__init__([Fault("permission.denied", Where(), {"object": obj, "verb": verb})])


class NotFound(Refused):
    """There is no such row, or the actor may not know of it."""

    def __init__(self, obj: str, key: object) -> None:
        super().__init__([Fault("row.not_found", Where(), {"object": obj, "key": str(key)})])
