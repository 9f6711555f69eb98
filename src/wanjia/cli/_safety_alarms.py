"""Readings of a file to spells above the thresholds, by monitor and quantity, without any store."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from wanjia.adapters.safety_gateway.codec import Message, Refusal
from wanjia.kernels.balance.safety.following import (
    LEVELS,
    QUANTITIES,
    Event,
    Limit,
    Quantity,
    Reading,
    Track,
    follow,
    limit_on,
)
from wanjia.model.faults import Fault


@dataclass(frozen=True)
class Spell:
    """A quantity above its thresholds, from when to when (None: at the end of the file still so)."""

    monitor: str
    quantity: Quantity
    level: str
    starts_at: datetime
    ends_at: datetime | None
    highest: float


def spells(
    lines: Iterable[Message | Refusal], faults: list[Fault], limits: Sequence[Limit], zone_name: str
) -> list[Spell]:  # fmt: skip
    """Spells in the order in which they began; what cannot be read is added to `faults`."""
    zone = _zone(zone_name)
    by_track: dict[tuple[str, Quantity], list[Reading]] = {}
    for line in lines:
        if isinstance(line, Refusal):
            faults += line.faults
            continue
        for one in line.readings:
            for quantity in QUANTITIES:
                if quantity == one.quantity:
                    by_track.setdefault((one.monitor, quantity), []).append(Reading(one.at, one.value))
    found = [spell for (name, quantity), rows in by_track.items() for spell in _of(name, quantity, rows, limits, zone)]
    return sorted(found, key=lambda one: (one.starts_at, one.monitor, one.quantity))


def plain_spell(one: Spell) -> dict[str, Any]:
    """As JSON."""
    return {
        "monitor": one.monitor, "quantity": one.quantity, "level": one.level, "starts_at": one.starts_at.isoformat(),
        "ends_at": one.ends_at.isoformat() if one.ends_at else None, "highest": one.highest,
    }  # fmt: skip


def _of(
    name: str, quantity: Quantity, rows: list[Reading], limits: Sequence[Limit], zone: ZoneInfo
) -> list[Spell]:  # fmt: skip
    """Each reading by the edition of its day."""
    track, events = Track(), list[Event]()
    for reading in sorted(rows, key=lambda one: one.at):
        limit = limit_on(quantity, reading.at.astimezone(zone).date(), limits)
        if limit is not None:
            track, more = follow(track, [reading], limit)
            events += more
    return _paired(name, quantity, events, track)


def _paired(name: str, quantity: Quantity, events: Sequence[Event], track: Track) -> list[Spell]:
    found: list[Spell] = []
    levels: list[str] = []
    for event in events:
        levels.append(event.level)
        if event.change == "ended":
            found.append(Spell(name, quantity, _top(levels), event.since, event.at, event.highest))
            levels = []
    if levels and track.since is not None:
        found.append(Spell(name, quantity, _top(levels), track.since, None, track.highest))
    return found


def _top(levels: Iterable[str]) -> str:
    reached = set(levels)
    return next(level for level in reversed(LEVELS) if level in reached)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise click.BadParameter(f"there is no time zone {name}; write one like Asia/Shanghai") from error
