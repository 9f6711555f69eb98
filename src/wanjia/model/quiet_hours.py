"""Quiet hours: when a text that can wait is not sent to people."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

DEFAULT_BEGINS, DEFAULT_ENDS = time(22, 0), time(7, 0)
"""Wall-clock time in the company's zone, until a company has entered its own."""

DEFAULT_SOURCE = "unverified"
"""Where the default comes from: custom of the trade, written down from memory; no publisher was read."""


@dataclass(frozen=True)
class QuietHours:
    """From `begins` (inclusive) to `ends` (exclusive) by the clocks on the wall of `zone`; equal times: never quiet.

    They may run over midnight.
    """

    begins: time
    ends: time
    zone: str

    def quiet(self, at: datetime) -> bool:
        """Whether an instant (aware) lies in the quiet hours."""
        wall = at.astimezone(ZoneInfo(self.zone)).time()
        if self.begins <= self.ends:
            return self.begins <= wall < self.ends
        return wall >= self.begins or wall < self.ends

    def open_from(self, at: datetime) -> datetime:
        """The first instant from `at` on (aware) that is not quiet, in UTC.

        Where clocks change, an end that they show twice counts both times, and one that they skip comes as much later
        as they skip.
        """
        if not self.quiet(at):
            return at.astimezone(UTC)
        zone = ZoneInfo(self.zone)
        today = at.astimezone(zone).date()
        ends = (
            datetime.combine(day, self.ends, zone).replace(fold=fold).astimezone(UTC)
            for day in (today, today + timedelta(days=1))
            for fold in (0, 1)
        )
        return min(end for end in ends if end > at and not self.quiet(end))
