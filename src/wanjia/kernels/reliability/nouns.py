"""What the indices are computed from: interruptions as columns, whom they could have hit, the period, the rules."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from wanjia.model.network import Counts, Flags, Indexes, Measures, Words

MICROSECONDS_A_MINUTE = 60_000_000
SECONDS_A_MINUTE = 60
MOMENTARY_MINUTES_IEEE = 5.0
"""IEEE 1366: an interruption is sustained when it lasts longer than five minutes."""
SHORT_MINUTES_DLT836 = 3.0
"""DL/T 836: three minutes or less is a short interruption (norms: unverified, so it is an option)."""

Instants = NDArray[np.int64]
"""Microseconds since 1970-01-01 UTC."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, eq=False)
class Places:
    """Where each interruption was: its places stand in `place` from first[row] up to first[row + 1].

    users[place] is how many users the place has; a row whose users are not the sum of its places' is a partial one.
    """

    ids: Words
    first: Counts
    place: Indexes
    users: Counts

    def per_row(self, values: NDArray[np.int64]) -> Counts:
        """Sum of a value over each row's places, [rows]."""
        sums = np.concatenate(([0], np.cumsum(values[self.place])))
        found: Counts = sums[self.first[1:]] - sums[self.first[:-1]]
        return found


@dataclass(frozen=True, eq=False)
class Interruptions:
    """One entry per row of the table. Rows with one id are steps of one outage. None: the table does not say.

    `users` are households or districts, as was asked; `momentary` is 1, 0, or -1 where the row does not say.
    """

    ids: Words
    starts: Instants
    ends: Instants
    users: Counts
    momentary: NDArray[np.int8]
    planned: Flags | None = None
    external: Flags | None = None
    shortage: Flags | None = None
    load_kva: Measures | None = None
    places: Places | None = None

    @cached_property
    def minutes(self) -> Measures:
        """How long each lasted, [rows]."""
        return (self.ends - self.starts) / MICROSECONDS_A_MINUTE

    @cached_property
    def user_minutes(self) -> Measures:
        """User-minutes lost in each, [rows]."""
        return self.minutes * self.users

    def sustained(self, momentary_minutes: float) -> Flags:
        """Longer than the limit, or as the row itself says, [rows]."""
        return np.where(self.momentary >= 0, self.momentary == 0, self.minutes > momentary_minutes)

    def days(self, zone: ZoneInfo) -> list[date]:
        """The day on which each began, as people in the zone count days."""
        moments = (_EPOCH + timedelta(microseconds=start) for start in self.starts.tolist())
        return [moment.astimezone(zone).date() for moment in moments]


@dataclass(frozen=True)
class Served:
    """Whom an interruption could have hit: users, and connected kVA where it is known; distinct users if counted."""

    users: int
    load_kva: float | None = None
    distinct: int | None = None


@dataclass(frozen=True)
class Period:
    """From an instant up to another, which is not included; days are those of `zone`."""

    starts_at: datetime
    ends_at: datetime
    zone: ZoneInfo

    @property
    def minutes(self) -> float:
        """Length in true minutes, so a day of daylight-saving change has 23 or 25 hours."""
        return (self.ends_at.timestamp() - self.starts_at.timestamp()) / SECONDS_A_MINUTE

    def holds(self, starts: Instants) -> Flags:
        """Which interruptions began in the period, [rows]; the whole of their length counts (IEEE 1366)."""
        begin, stop = (round(at.timestamp() * 1e6) for at in (self.starts_at, self.ends_at))
        return (starts >= begin) & (starts < stop)
