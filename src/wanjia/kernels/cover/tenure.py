"""Who answers for a cell on a day, and the days on which not exactly one person does.

All posts on a cell count alike, whatever their role: two different people on one cell and day are two holders, one
person in two posts is one, a vacant post is none. Both ends of a tenure are days of service.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from wanjia.model.places import DayRange, Tenure

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class UnheldDays:
    """A range of days on which none, or more than one, holds the cell; `posts` are the ids of the several."""

    days: DayRange
    posts: tuple[str, ...]


@dataclass(frozen=True)
class Unheld:
    """A cell and all its ranges of days without exactly one holder, in order."""

    cell_id: str
    ranges: tuple[UnheldDays, ...]


def holders_on(tenures: Sequence[Tenure], day: date) -> dict[str, tuple[str, ...]]:
    """Different holders of each cell on a day, in order of name; cells that nobody holds are left out."""
    found: dict[str, set[str]] = {}
    for tenure in tenures:
        if tenure.holder and tenure.days.holds(day):
            found.setdefault(tenure.cell_id, set()).add(tenure.holder)
    return {cell_id: tuple(sorted(holders)) for cell_id, holders in found.items()}


def unheld(cell_ids: Sequence[str], tenures: Sequence[Tenure]) -> tuple[Unheld, ...]:
    """Cells with days without exactly one holder, in the order given.

    Days looked at: from the first day on which any tenure of the file starts to the last on which any ends, without end
    when any tenure is open. Without tenures every cell is unheld, without limit.
    """
    period = _period(tenures)
    of_cell: dict[str, list[Tenure]] = {}
    for tenure in tenures:
        if tenure.holder:
            of_cell.setdefault(tenure.cell_id, []).append(tenure)
    checked = ((cell_id, tuple(_ranges(of_cell.get(cell_id, []), period))) for cell_id in cell_ids)
    return tuple(Unheld(cell_id, ranges) for cell_id, ranges in checked if ranges)


def _period(tenures: Sequence[Tenure]) -> DayRange:
    starts = [tenure.days.starts_on for tenure in tenures]
    ends = [tenure.days.ends_on for tenure in tenures]
    known_starts, known_ends = [day for day in starts if day], [day for day in ends if day]
    starts_on = min(known_starts) if known_starts and len(known_starts) == len(starts) else None
    return DayRange(starts_on, max(known_ends) if known_ends and len(known_ends) == len(ends) else None)


def _ranges(tenures: Sequence[Tenure], period: DayRange) -> Iterator[UnheldDays]:
    """Sweeps over the days on which the set of holders changes; neighbours with the same posts become one range."""
    open_since: date | None = None
    posts: tuple[str, ...] | None = None
    for day in _changes(tenures, period):
        at_work = [tenure for tenure in tenures if tenure.days.holds(day)]
        holders = {tenure.holder for tenure in at_work}
        now = None if len(holders) == 1 else tuple(sorted(tenure.post_id for tenure in at_work))
        if now != posts:
            if posts is not None:
                yield UnheldDays(DayRange(_shown(open_since), day - ONE_DAY), posts)
            open_since, posts = day, now
    if posts is not None:
        yield UnheldDays(DayRange(_shown(open_since), period.ends_on), posts)


def _changes(tenures: Sequence[Tenure], period: DayRange) -> list[date]:
    """First day of the period, and every day in it on which a tenure begins or has just ended."""
    last = period.ends_on or date.max
    days = {period.starts_on or date.min}
    for tenure in tenures:
        days.add(tenure.days.starts_on or date.min)
        if tenure.days.ends_on is not None and tenure.days.ends_on < last:
            days.add(tenure.days.ends_on + ONE_DAY)
    return sorted(day for day in days if day <= last)


def _shown(day: date | None) -> date | None:
    return None if day == date.min else day
