"""The indices of IEEE 1366, each with the rows that it was computed from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from wanjia.kernels.reliability.nouns import MOMENTARY_MINUTES_IEEE, Interruptions, Period, Served
from wanjia.model.network import Counts, Flags, Indexes, Measures

MINUTES_AN_HOUR = 60


@dataclass(frozen=True, eq=False)
class Indices:
    """Per user served, unless its name says otherwise; None where the interruptions do not tell.

    saifi, saidi: sustained interruptions, and minutes, a user met. caidi: minutes an interruption lasted, by user.
    ctaidi, caifi: minutes, and interruptions, of those who were hit at all. asai: share of time with supply.
    maifi, maifie: momentary interruptions, and events of them. asifi, asidi: as saifi and saidi, by connected kVA.
    `sustained` and `short` are the rows behind the figures.
    """

    users: int
    interruptions: int
    user_minutes: float
    user_interruptions: int
    saifi: float | None
    saidi_minutes: float | None
    caidi_minutes: float | None
    ctaidi_minutes: float | None
    caifi: float | None
    asai: float | None
    maifi: float | None
    maifie: float | None
    asifi: float | None
    asidi_minutes: float | None
    sustained: Indexes
    short: Indexes


def indices(
    found: Interruptions,
    served: Served,
    period: Period,
    chosen: Flags | None = None,
    momentary_minutes: float = MOMENTARY_MINUTES_IEEE,
) -> Indices:
    """All indices over the rows that began in the period and, if given, are `chosen` ([rows])."""
    within = period.holds(found.starts)
    if chosen is not None:
        within &= chosen
    lasting = found.sustained(momentary_minutes)
    sustained = np.flatnonzero(within & lasting).astype(np.int32)
    short = np.flatnonzero(within & ~lasting).astype(np.int32)
    times, minutes = int(found.users[sustained].sum()), float(found.user_minutes[sustained].sum())
    distinct = served.distinct if served.distinct is not None else distinct_users(found, sustained)
    saidi = _share(minutes, served.users)
    load = _loads(found, served, sustained)
    return Indices(
        users=served.users,
        interruptions=len(set(found.ids[sustained].tolist())),
        user_minutes=minutes,
        user_interruptions=times,
        saifi=_share(times, served.users),
        saidi_minutes=saidi,
        caidi_minutes=_share(minutes, times),
        ctaidi_minutes=_share(minutes, distinct),
        caifi=_share(times, distinct),
        asai=None if saidi is None or period.minutes <= 0 else 1 - saidi / period.minutes,
        maifi=_share(int(found.users[short].sum()), served.users),
        maifie=_share(_momentary_events(found, sustained, short), served.users),
        asifi=load[0],
        asidi_minutes=load[1],
        sustained=sustained,
        short=short,
    )


def _share(part: float, whole: float | None) -> float | None:
    return part / whole if whole else None


def _momentary_events(found: Interruptions, sustained: Indexes, short: Indexes) -> int:
    """User events: the momentary steps of one outage are one event, and none where it became sustained (MAIFIe)."""
    lasting = set(found.ids[sustained].tolist())
    most: dict[str, int] = {}
    for name, users in zip(found.ids[short].tolist(), found.users[short].tolist(), strict=True):
        if name not in lasting:
            most[name] = max(most.get(name, 0), users)
    return sum(most.values())


def _loads(found: Interruptions, served: Served, sustained: Indexes) -> tuple[float | None, float | None]:
    """ASIFI, and ASIDI in minutes."""
    if found.load_kva is None or np.isnan(found.load_kva[sustained]).any():
        return None, None
    load = found.load_kva[sustained]
    hit = float(load.sum()), float((load * found.minutes[sustained]).sum())
    return _share(hit[0], served.load_kva), _share(hit[1], served.load_kva)


def distinct_users(found: Interruptions, rows: Indexes) -> int | None:
    """How many different users the rows hit; None unless every row names places and hits all users of each."""
    hit = _whole_places(found, rows)
    if hit is None or found.places is None:
        return None
    return int(found.places.users[np.flatnonzero(hit)].sum())


def _whole_places(found: Interruptions, rows: Indexes) -> Counts | None:
    """How many of the rows hit each place, [places]; None when a row names none or hits only a part of its users."""
    places = found.places
    if places is None:
        return None
    ones = np.ones(len(places.ids), dtype=np.int64)
    whole = (places.per_row(places.users) == found.users) & ((places.per_row(ones) > 0) | (found.users == 0))
    if not whole[rows].all():
        return None
    return np.bincount(_places_of(found, rows)[0], minlength=len(places.ids)).astype(np.int64)


def _places_of(found: Interruptions, rows: Indexes) -> tuple[Indexes, Measures]:
    """The place of every row, once for each, and the minutes of that row beside it."""
    assert found.places is not None
    first, place = found.places.first, found.places.place
    parts = [place[first[row] : first[row + 1]] for row in rows.tolist()]
    minutes = np.repeat(found.minutes[rows], (first[1:] - first[:-1])[rows])
    return (np.concatenate(parts) if parts else place[:0]), minutes


@dataclass(frozen=True, eq=False)
class PerPlace:
    """Of every place: users, sustained interruptions, minutes in all, and the longest one's minutes; [places]."""

    users: Counts
    interruptions: Counts
    minutes: Measures
    longest_minutes: Measures

    def cemi(self, times: int, served: int) -> float | None:
        """Share of users with this many sustained interruptions or more (CEMI-n)."""
        return _share(int(self.users[self.interruptions >= times].sum()), served)

    def celid_total(self, hours: float, served: int) -> float | None:
        """Share of users who were without supply for this long in all, or longer (CELID-t)."""
        return _share(int(self.users[self.minutes >= hours * MINUTES_AN_HOUR].sum()), served)

    def celid_single(self, hours: float, served: int) -> float | None:
        """Share of users with one interruption of this length or longer (CELID-s)."""
        return _share(int(self.users[self.longest_minutes >= hours * MINUTES_AN_HOUR].sum()), served)


def per_place(found: Interruptions, rows: Indexes) -> PerPlace | None:
    """What each place met; None when it cannot be told (see `distinct_users`)."""
    times = _whole_places(found, rows)
    if times is None or found.places is None:
        return None
    place, minutes = _places_of(found, rows)
    total, longest = np.zeros(len(times)), np.zeros(len(times))
    np.add.at(total, place, minutes)
    np.maximum.at(longest, place, minutes)
    return PerPlace(found.places.users, times, total, longest)


def by_label(
    found: Interruptions,
    served: Served,
    period: Period,
    labels: Sequence[str],
    served_by: Mapping[str, Served] | None = None,
    chosen: Flags | None = None,
    momentary_minutes: float = MOMENTARY_MINUTES_IEEE,
) -> dict[str, Indices]:
    """Indices by label (cell, feeder, cause, month): each row's part of the whole, or of its own group's users."""
    names = np.array(labels, dtype=object)
    result = {}
    for name in sorted(set(labels)):
        mine = names == name if chosen is None else (names == name) & chosen
        # Distinct users of the whole say nothing of a part.
        base = (served_by or {}).get(name, replace(served, distinct=None))
        result[name] = indices(found, base, period, mine, momentary_minutes)
    return result
