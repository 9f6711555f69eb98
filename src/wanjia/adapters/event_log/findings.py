"""The list of what is wrong with a log, complete in number, limited in length."""

from dataclasses import dataclass, field

from wanjia.model.faults import Fault, Where

FAULTS_LISTED_MAX = 100
"""Faults listed one by one; further ones are counted. A log with more is wrong in kind, and nobody reads on."""


@dataclass
class Findings:
    """Collects faults of one file."""

    file: str
    listed: list[Fault] = field(default_factory=list)
    count: int = 0

    def add(self, code: str, line: int = 0, column: str = "", **values: object) -> None:
        """One more fault, at a row (or line) and column."""
        self.count += 1
        if len(self.listed) < FAULTS_LISTED_MAX:
            self.listed.append(Fault(code, Where(self.file, line, column), values))

    def all(self) -> tuple[Fault, ...]:
        """The listed ones in order of place, and how many more there are."""
        faults = sorted(self.listed, key=lambda fault: (fault.where, fault.code))
        more = self.count - len(self.listed)
        if more:
            faults.append(Fault("history.more_faults", Where(self.file), {"count": more, "all": self.count}))
        return tuple(faults)
