"""Everything that is wrong with a work list, all at once, before anything is compiled."""

from collections.abc import Iterable, Iterator, Sequence
from math import isfinite
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from wanjia.kernels.planning.works.slots import Slots
from wanjia.model.faults import Fault, Where
from wanjia.model.works import (
    DAYS_MAX,
    MODES_MAX,
    SLOTS_A_DAY_MAX,
    WORKS_MAX,
    Horizon,
    HoursOf,
    Mode,
    Work,
    WorkList,
)

SLOT_MINUTES = (5, 10, 15, 20, 30, 60)
"""Lengths of slots that divide an hour."""


def work_list_faults(listed: WorkList) -> tuple[Fault, ...]:
    """Every fault of a list, in its order; () for one that can be compiled."""
    horizon = tuple(_horizon(listed.horizon))
    found = [*horizon, *_works(listed), *_repeated(listed), *_others(listed)]
    if not horizon:
        found += _moments(listed)
    return tuple(found)


def _fault(code: str, where: str, **values: object) -> Fault:
    return Fault(f"planning.{code}", Where(column=where), values)


def _range(where: str, value: float, least: float, most: float) -> Iterator[Fault]:
    if not (least <= value <= most):
        yield _fault("range", where, value=value, least=least, most=most)


def _horizon(horizon: Horizon) -> Iterator[Fault]:
    yield from _range("horizon.days", horizon.days, 1, DAYS_MAX)
    yield from _range("horizon.day_from_hour", horizon.day_from_hour, 0, 24)
    yield from _range("horizon.day_until_hour", horizon.day_until_hour, 0, 24)
    if horizon.slot_minutes not in SLOT_MINUTES:
        allowed = ", ".join(map(str, SLOT_MINUTES))
        yield _fault("slot_minutes", "horizon.slot_minutes", value=horizon.slot_minutes, allowed=allowed)
        return
    slots = (horizon.day_until_hour - horizon.day_from_hour) * 60 / horizon.slot_minutes
    if not (1 <= slots <= SLOTS_A_DAY_MAX and slots == int(slots)):
        yield _fault("day_hours", "horizon", minutes=horizon.slot_minutes, most=SLOTS_A_DAY_MAX)
    if 1 <= horizon.days <= DAYS_MAX and len(set(horizon.days_off)) >= horizon.days and not Slots.of(horizon).days:
        yield _fault("no_days", "horizon.days_off")
    try:
        ZoneInfo(horizon.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield _fault("zone", "horizon.zone", value=horizon.zone)


def _works(listed: WorkList) -> Iterator[Fault]:
    if not 1 <= len(listed.works) <= WORKS_MAX:
        yield _fault("works_count", "works", count=len(listed.works), most=WORKS_MAX)
    districts, ties = {row.id for row in listed.districts}, {row.id: row.spare_kva for row in listed.ties}
    day_hours = listed.horizon.day_until_hour - listed.horizon.day_from_hour
    for at, work in enumerate(listed.works):
        where = f"works[{at}]"
        yield from _place(where, work.longitude, work.latitude)
        yield from _range(f"{where}.urgency", work.urgency, 0, 1e6)
        if not 1 <= len(work.modes) <= MODES_MAX:
            yield _fault("modes_count", f"{where}.modes", count=len(work.modes), most=MODES_MAX)
        if work.earliest_on and work.latest_on and work.earliest_on > work.latest_on:
            yield _fault("dates", where, earliest=work.earliest_on, latest=work.latest_on)
        if work.fixed_mode is not None and not 0 <= work.fixed_mode < len(work.modes):
            yield _fault("unknown", f"{where}.fixed_mode", value=work.fixed_mode)
        for mode_at, mode in enumerate(work.modes):
            yield from _mode(f"{where}.modes[{mode_at}]", mode, day_hours, districts, ties)


def _mode(where: str, mode: Mode, day_hours: float, districts: set[str], ties: dict[str, float]) -> Iterator[Fault]:
    if not 0 < mode.hours <= day_hours:
        yield _fault("mode_hours", f"{where}.hours", value=mode.hours, most=day_hours)
    yield from _range(f"{where}.effort", mode.effort, 0, 1e6)
    yield from _range(f"{where}.crews", mode.crews, 0, 100)
    yield from _unknown(f"{where}.dark", mode.dark, districts)
    yield from _unknown(f"{where}.gap", mode.gap, districts)
    yield from _unknown(f"{where}.takes_over", [tie for tie, _ in mode.takes_over], ties)
    yield from _windows(f"{where}.dark_hours", mode.dark_hours, mode.hours)
    yield from _windows(f"{where}.gap_hours", mode.gap_hours, mode.hours)
    if mode.gap and not mode.gap_hours:
        yield _fault("gap_hours", f"{where}.gap_hours")
    for at, need in enumerate(mode.needs):
        yield from _range(f"{where}.needs[{at}].count", need.count, 1, 1000)
    for at, (tie, kva) in enumerate(mode.takes_over):
        if tie in ties and kva > ties[tie]:
            yield _fault("tie_full", f"{where}.takes_over[{at}]", tie=tie, kva=kva, spare=ties[tie])


def _windows(where: str, windows: tuple[HoursOf, ...], hours: float) -> Iterator[Fault]:
    for at, (begins, ends) in enumerate(windows):
        if not 0 <= begins < ends <= hours:
            yield _fault("window", f"{where}[{at}]", begins=begins, ends=ends, hours=hours)


def _unknown(where: str, names: Iterable[str], known: Iterable[str]) -> Iterator[Fault]:
    for at, name in enumerate(names):
        if name not in known:
            yield _fault("unknown", f"{where}[{at}]", value=name)


def _place(where: str, longitude: float, latitude: float) -> Iterator[Fault]:
    if not (abs(longitude) <= 180 and abs(latitude) <= 90):
        yield _fault("place", where, longitude=longitude, latitude=latitude)


def _repeated(listed: WorkList) -> Iterator[Fault]:
    named: dict[str, Sequence[str]] = {
        "works": [work.id for work in listed.works],
        "crews": [crew.id for crew in listed.crews],
        "means": [one.id for one in listed.means],
        "districts": [row.id for row in listed.districts],
        "ties": [tie.id for tie in listed.ties],
        "seasons": [season.name for season in listed.seasons],
    }
    for field, names in named.items():
        seen: set[str] = set()
        for at, name in enumerate(names):
            if name in seen or not name:
                yield _fault("repeated" if name else "no_id", f"{field}[{at}]", value=name)
            seen.add(name)


def _others(listed: WorkList) -> Iterator[Fault]:
    works, seasons = {work.id for work in listed.works}, {season.name for season in listed.seasons}
    districts = {row.id for row in listed.districts}
    yield from _suppliers(listed)
    for at, row in enumerate(listed.districts):
        yield from _range(f"districts[{at}].households", row.households, 0, 1_000_000)
        yield from _range(f"districts[{at}].weight", row.weight, 0, 1e6)
    for at, exclusion in enumerate(listed.exclusions):
        yield from _unknown(f"exclusions[{at}]", (exclusion.one, exclusion.other), works)
        if exclusion.season and exclusion.season not in seasons:
            yield _fault("unknown", f"exclusions[{at}].season", value=exclusion.season)
    for at, precedence in enumerate(listed.precedences):
        yield from _unknown(f"precedences[{at}]", (precedence.before, precedence.after), works)
        yield from _range(f"precedences[{at}].gap_hours", precedence.gap_hours, 0, 10_000)
    for at, user in enumerate(listed.double_sources):
        for source_at, source in enumerate(user.sources):
            yield from _unknown(f"double_sources[{at}].sources[{source_at}]", source, districts)
    for at, blackout in enumerate(listed.blackouts):
        yield from _unknown(f"blackouts[{at}].districts", blackout.districts, districts)
    yield from _weights(listed)
    if circle := _circle(listed):
        yield _fault("circle", "precedences", works=", ".join(circle))


def _suppliers(listed: WorkList) -> Iterator[Fault]:
    for at, one in enumerate(listed.means):
        where = f"means[{at}]"
        yield from _place(where, one.longitude, one.latitude)
        yield from _range(f"{where}.speed_kmh", one.speed_kmh, 1, 200)
        yield from _range(f"{where}.count", one.count, 0, 10_000)
        if one.count_by_day and len(one.count_by_day) != listed.horizon.days:
            yield _fault("by_day", f"{where}.count_by_day", count=len(one.count_by_day), days=listed.horizon.days)
        if min(one.count_by_day, default=0) < 0:
            yield _fault("negative", f"{where}.count_by_day")
    for at, crew in enumerate(listed.crews):
        yield from _place(f"crews[{at}]", crew.longitude, crew.latitude)
        yield from _range(f"crews[{at}].speed_kmh", crew.speed_kmh, 1, 200)


def _weights(listed: WorkList) -> Iterator[Fault]:
    weights = listed.weights
    for name, most in (("district_hour", 1e6), ("household_hour", 1e6), ("mean_share", 1.0)):
        yield from _range(f"weights.{name}", getattr(weights, name), 0, most)
    yield from _range("weights.quantile", weights.quantile, 1e-6, 1)
    yield from _range("notice_days", listed.notice_days, 0, DAYS_MAX)
    for at, scenario in enumerate(listed.scenarios):
        where = f"scenarios[{at}]"
        yield from _range(f"{where}.share", scenario.share, 1e-6, 1e6)
        for name, levels, count in (
            ("level_by_hour", scenario.level_by_hour, 24),
            ("level_by_day", scenario.level_by_day, listed.horizon.days),
        ):
            if levels and len(levels) != count:
                yield _fault("by_day", f"{where}.{name}", count=len(levels), days=count)
            if any(not isfinite(level) or level < 0 for level in levels):
                yield _fault("negative", f"{where}.{name}")
    for at, pace in enumerate(listed.paces):
        yield from _range(f"paces[{at}].factor", pace.factor, 0, 100)


def _circle(listed: WorkList) -> list[str]:
    """Works that wait for each other, in a circle or behind one."""
    waiting: dict[str, set[str]] = {}
    for one in listed.precedences:
        waiting.setdefault(one.before, set())
        waiting.setdefault(one.after, set()).add(one.before)
    while ready := [name for name, before in waiting.items() if not before & waiting.keys()]:
        for name in ready:
            del waiting[name]
    return sorted(waiting)


def _moments(listed: WorkList) -> Iterator[Fault]:
    """Instants that must carry an offset, be in order, or lie on the horizon's grid."""
    slots = Slots.of(listed.horizon)
    for at, blackout in enumerate(listed.blackouts):
        if blackout.from_at.tzinfo is None or blackout.until_at.tzinfo is None:
            yield _fault("offset", f"blackouts[{at}]")
        elif blackout.from_at >= blackout.until_at:
            yield _fault("order", f"blackouts[{at}]", begins=blackout.from_at, ends=blackout.until_at)
    for at, work in enumerate(listed.works):
        yield from _fixed(slots, work, f"works[{at}].fixed_start")


def _fixed(slots: Slots, work: Work, where: str) -> Iterator[Fault]:
    if work.fixed_start is None:
        return
    if work.fixed_start.tzinfo is None:
        yield _fault("offset", where)
    elif slots.slot_of(work.fixed_start) is None:
        yield _fault("off_grid", where, value=work.fixed_start, minutes=slots.horizon.slot_minutes)
