"""A company's event log: cases with events, as the company's own system wrote them. All instants are aware."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

START = "start"
COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a log: `activity` reached `transition` at `at`.

    `started_at` is set only where one line carries both instants; logs that write a line of their own for the start
    use `transition` `start` instead. Empty texts mean: the log does not say.
    """

    activity: str
    at: datetime
    group: str = ""
    resource: str = ""
    transition: str = COMPLETE
    instance: str = ""
    started_at: datetime | None = None

    @property
    def order(self) -> tuple[datetime, bool, str, str, str, str]:
        """Sorts by time; ties by content (a start before a completion), so that the order of rows never matters."""
        return (self.at, self.transition != START, self.activity, self.group, self.resource, self.instance)


@dataclass(frozen=True, slots=True)
class Case:
    """One case: its events in order of time, and what the log says of its start, end and deadline."""

    case_id: str
    events: tuple[Event, ...]
    start_at: datetime | None = None
    end_at: datetime | None = None
    deadline_at: datetime | None = None
    department: str = ""

    @property
    def opened_at(self) -> datetime:
        """The case's start date where the log has one, else its first event."""
        return self.start_at if self.start_at is not None else self.events[0].at


@dataclass(frozen=True, slots=True)
class Log:
    """All cases, sorted by id."""

    cases: tuple[Case, ...]

    @property
    def events(self) -> int:
        """Lines of the log, of every transition."""
        return sum(len(case.events) for case in self.cases)

    @property
    def as_of(self) -> datetime:
        """The last event of the whole log: up to here it can be said what was still open."""
        return max(case.events[-1].at for case in self.cases)


def case_of(case_id: str, events: Iterable[Event], **dates: datetime | str | None) -> Case:
    """A case with its events put in order; `dates` are the further fields of `Case`."""
    return Case(case_id, tuple(sorted(events, key=lambda event: event.order)), **dates)  # type: ignore[arg-type]
