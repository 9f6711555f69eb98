"""The outages of a plan as customers are told of them: works that share one are one outage (一停多用)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from wanjia.records.network.planning import PlannedItem

TITLE_CHARACTERS_MAX = 120
Key: TypeAlias = tuple[str, datetime, datetime, frozenset[str]]


@dataclass(frozen=True)
class Outage:
    """What is opened from when until when, who is dark, for which works (ids of their items)."""

    device_id: str
    from_at: datetime
    until_at: datetime
    districts: frozenset[str]
    titles_zh: tuple[str, ...]
    titles_en: tuple[str, ...]
    items: tuple[int, ...]

    @property
    def key(self) -> Key:
        """By which an outage that was entered is known again."""
        return self.device_id, self.from_at, self.until_at, self.districts

    @property
    def title_zh(self) -> str:
        """All its works, as far as there is room."""
        return "；".join(dict.fromkeys(self.titles_zh))[:TITLE_CHARACTERS_MAX]

    @property
    def title_en(self) -> str:
        """The same in English; empty unless every work has an English title."""
        return "; ".join(dict.fromkeys(self.titles_en))[:TITLE_CHARACTERS_MAX] if all(self.titles_en) else ""


def outages_of(items: Collection[PlannedItem]) -> list[Outage]:
    """By their beginning; the same items give the same outages.

    One that lies within another in time and districts is part of it. Two of one device that overlap are one.
    """
    found: list[Outage] = []
    for one in sorted(_windows(items), key=_largest_first):
        found = _added(found, one)
    return sorted(found, key=lambda one: (one.from_at, one.device_id))


def told_together(outages: Collection[Outage]) -> list[tuple[Outage, ...]]:
    """Outages of the same works and districts, as of a generator that is put in and taken out: one notice for all."""
    found: dict[tuple[frozenset[str], tuple[int, ...]], list[Outage]] = {}
    for one in outages:
        found.setdefault((one.districts, one.items), []).append(one)
    return [tuple(some) for some in found.values()]


def _windows(items: Collection[PlannedItem]) -> Iterator[Outage]:
    for item in items:
        titles = (item.request.title_zh,), (item.request.title_en,)
        for begin, end, districts in item.dark:
            from_at, until_at = datetime.fromisoformat(begin), datetime.fromisoformat(end)
            yield Outage(item.request.device_id, from_at, until_at, frozenset(districts), *titles, (item.pk,))


def _largest_first(one: Outage) -> tuple[object, ...]:
    return -len(one.districts), one.from_at, -one.until_at.timestamp(), one.device_id, one.items


def _added(found: list[Outage], one: Outage) -> list[Outage]:
    for at, known in enumerate(found):
        overlaps = one.from_at < known.until_at and known.from_at < one.until_at
        is_inside = known.from_at <= one.from_at and one.until_at <= known.until_at
        if is_inside and one.districts <= known.districts:
            return [*found[:at], _joined(known, one), *found[at + 1 :]]
        if overlaps and known.device_id == one.device_id and known.districts & one.districts:
            return _added([*found[:at], *found[at + 1 :]], _joined(known, one))
    return [*found, one]


def _joined(known: Outage, one: Outage) -> Outage:
    return replace(
        known, from_at=min(known.from_at, one.from_at), until_at=max(known.until_at, one.until_at),
        districts=known.districts | one.districts, titles_zh=known.titles_zh + one.titles_zh,
        titles_en=known.titles_en + one.titles_en, items=tuple(sorted({*known.items, *one.items})),
    )  # fmt: skip
