"""Who is dark when by the items of a plan: each district counted once, however many works share its outage."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from wanjia.records.network.planning import PlannedItem

Span: TypeAlias = tuple[datetime, datetime, int]
"""From when, until when, by which item."""
HOUR = 3600.0


@dataclass(frozen=True)
class DarkDay:
    """Hours dark of each district on one day, and by which items."""

    hours: Mapping[str, float]
    items: frozenset[int]

    def households_hours(self, households: Mapping[str, int]) -> float:
        """The same in household-hours."""
        return sum(span * households.get(code, 0) for code, span in self.hours.items())


def spans_of(items: Collection[PlannedItem]) -> dict[str, list[Span]]:
    """Spans of each district, by their beginning."""
    found: dict[str, list[Span]] = defaultdict(list)
    for item in items:
        for begin, end, codes in item.dark:
            span = datetime.fromisoformat(begin), datetime.fromisoformat(end), item.pk
            for code in codes:
                found[code].append(span)
    return {code: sorted(spans) for code, spans in found.items()}


def dark_days(spans: Mapping[str, list[Span]], zone: ZoneInfo) -> dict[date, DarkDay]:
    """By the day on which they begin; a work ends on its day."""
    hours: dict[date, dict[str, float]] = defaultdict(dict)
    items: dict[date, set[int]] = defaultdict(set)
    for code, some in spans.items():
        for begin, end in _joined(some):
            day = begin.astimezone(zone).date()
            hours[day][code] = hours[day].get(code, 0.0) + (end - begin).total_seconds() / HOUR
        for begin, _, item in some:
            items[begin.astimezone(zone).date()].add(item)
    return {day: DarkDay(found, frozenset(items[day])) for day, found in hours.items()}


def sharing(spans: Mapping[str, list[Span]]) -> dict[int, set[int]]:
    """Items whose outages overlap in time at one district at least."""
    found: dict[int, set[int]] = defaultdict(set)
    for some in spans.values():
        for at, (_, end, one) in enumerate(some):
            for begin, _, other in some[at + 1 :]:
                if begin >= end:
                    break
                if one != other:
                    found[one].add(other)
                    found[other].add(one)
    return found


def _joined(spans: list[Span]) -> Iterator[tuple[datetime, datetime]]:
    begin, end = spans[0][:2]
    for first, last, _ in spans[1:]:
        if first > end:
            yield begin, end
            begin, end = first, last
        end = max(end, last)
    yield begin, end
