"""The clocks to replay over a log: those that the map defines itself, and those of a practice that the map places."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from chinese_calendar.constants import holidays, workdays

from wanjia.adapters.event_log.column_map import ClockMap, ColumnMap
from wanjia.engine.nouns import ClockRule
from wanjia.kernels.history.lateness import Due, Pauses, Rule
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.working_time import Limit, UnknownYear, WorkCalendar, deadline, remaining
from wanjia.practice.clocks import clock_rules
from wanjia.practice.folder import Folder, open_folder
from wanjia.practice.limits import FILE_BYTES_MAX

ZONE_DEFAULT = "Asia/Shanghai"
WEEKDAY_YEARS = range(1970, 2101)
LAST_INSTANT = timedelta(microseconds=1)
"""A deadline is the first instant that is too late; a run keeps the last one in time."""

PRACTICE_FILES = ("practice.yaml", "clocks.yaml", "texts/zh-Hans.json", "texts/en.json")
"""All of a practice that its clocks need; the rest may still be in the making."""


@dataclass(frozen=True)
class PracticeClocks:
    """What is taken from a practice: its rules ready to replay, and why each other clock is not."""

    domain: str
    version: str
    rules: tuple[Rule, ...]
    names: Mapping[str, str]
    sources: Mapping[str, str]
    notes: Mapping[str, tuple[str, ...]]
    """Keys of sentences on what was left out of a replayed clock."""
    not_replayed: Mapping[str, str]
    """Clock -> key of the sentence that says why."""


def work_calendar(kind: str, zone: str) -> WorkCalendar:
    """`china`: weekdays with the published days off and make-up days; `weekdays`: Monday to Friday and nothing else."""
    if kind == "weekdays":
        return WorkCalendar(frozenset(WEEKDAY_YEARS), frozenset(), frozenset(), zone or ZONE_DEFAULT)
    rows: list[tuple[date, bool]] = [(day, False) for day in holidays] + [(day, True) for day in workdays]
    return WorkCalendar.from_rows(rows, {day.year for day, _ in rows}, zone or ZONE_DEFAULT)


def own_rules(column_map: ColumnMap, calendar: WorkCalendar) -> tuple[Rule, ...]:
    """The clocks that the map gives a limit of their own."""
    return tuple(_rule(placed, placed.limit, calendar) for placed in column_map.clocks if placed.limit is not None)


def practice_clocks(folder_path: Path, column_map: ColumnMap, calendar: WorkCalendar, language: str) -> PracticeClocks:
    """The clocks of a practice, placed by the map. Raises Refused with the faults of its clocks."""
    folder = _opened(folder_path)
    placed = {row.clock_id: row for row in column_map.clocks if row.limit is None}
    texts = folder.texts(language)
    rules, notes, sources, not_replayed = [], {}, {}, {}
    clocks = clock_rules(folder)
    for clock in clocks:
        where = placed.pop(clock.id, None) or _natural(clock)
        edition = clock.editions[-1]
        limit = _limit(clock, where)
        if where is None or limit is None:
            not_replayed[clock.id] = "history.not_placed" if where is None else "history.limit_not_chosen"
            continue
        rules.append(_rule(where, limit, calendar))
        sources[clock.id] = edition.source
        notes[clock.id] = _notes(clock, where)
    _refuse_unknown(placed)
    return PracticeClocks(
        domain=str(folder.manifest.get("domain", folder_path.name)),
        version=str(folder.manifest.get("version", "")),
        rules=tuple(rules),
        names={clock.id: texts.get(f"clocks.{clock.id}", clock.id) for clock in clocks},
        sources=sources,
        notes=notes,
        not_replayed=not_replayed,
    )


def refuse_unplaced(column_map: ColumnMap) -> None:
    """Without a practice every clock of the map needs a limit of its own. Raises Refused."""
    _refuse_unknown({row.clock_id: row for row in column_map.clocks if row.limit is None})


def _refuse_unknown(placed: Mapping[str, ClockMap]) -> None:
    if placed:
        faults = [
            Fault("history.clock_without_limit", Where(column=f"clocks.{clock_id}"), {"clock": clock_id})
            for clock_id in placed
        ]
        raise Refused(faults)


def _opened(path: Path) -> Folder:
    """The parts of the practice that its clocks need. Raises Refused."""
    files = {}
    for name in PRACTICE_FILES:
        file = path / name
        if file.is_file():
            with file.open("rb") as stream:
                files[name] = stream.read(FILE_BYTES_MAX + 1)
    if "clocks.yaml" not in files:
        raise Refused([Fault("history.practice_without_clocks", Where(path.name))])
    folder = open_folder(files)
    faults = [fault for fault in folder.faults if fault.where.file == "clocks.yaml"]
    if faults:
        raise Refused(faults)
    return folder


def _natural(clock: ClockRule) -> ClockMap | None:
    """From the case's start to its end needs no map."""
    if clock.start == ("case_started",) and clock.stop == ("case_ended",):
        return ClockMap(clock.id)
    return None


def _limit(clock: ClockRule, where: ClockMap | None) -> Limit | None:
    """The newest edition's limit: the question is what the practice would say today."""
    limits = clock.editions[-1].limits
    return limits.get(where.limit_of if where is not None else "")


def _notes(clock: ClockRule, where: ClockMap) -> tuple[str, ...]:
    """What the replay had to leave out."""
    notes = ["history.note_edition"]
    if clock.when:
        notes.append("history.note_condition")
    if clock.pause and not where.pause:
        notes.append("history.note_pause")
    if clock.scope == "task":
        notes.append("history.note_task")
    return tuple(notes)


def _rule(placed: ClockMap, limit: Limit, calendar: WorkCalendar) -> Rule:
    return Rule(
        clock_id=placed.clock_id,
        limit=f"{limit.value} {limit.unit}",
        due=_due(placed.clock_id, limit, calendar),
        start=placed.start,
        stop=placed.stop,
        pause=placed.pause,
        resume=placed.resume,
    )


def _due(clock_id: str, limit: Limit, calendar: WorkCalendar) -> Due:
    """The last instant in time, by working time with its pauses. Raises Refused for a year without a calendar."""

    def due(started_at: datetime, pauses: Pauses) -> datetime | None:
        try:
            return _last_instant(calendar, started_at, limit, pauses)
        except UnknownYear as error:
            values = {"year": error.year, "clock": clock_id}
            raise Refused([Fault("history.unknown_year", Where(column=f"clocks.{clock_id}"), values)]) from error

    return due


def _last_instant(calendar: WorkCalendar, started_at: datetime, limit: Limit, pauses: Pauses) -> datetime | None:
    """Pause by pause; a clock that had run out before a pause stays run out."""
    for since, until in pauses:
        due_at = deadline(calendar, started_at, limit) - LAST_INSTANT
        if due_at < since:
            return due_at
        if until is None:
            return None
        limit = remaining(calendar, started_at, since, limit)
        started_at = until
    return deadline(calendar, started_at, limit) - LAST_INSTANT
