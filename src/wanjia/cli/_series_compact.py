"""`wanjia series compact`: a store's days put in order by a network folder."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from wanjia.cli._output import finish, plain_faults, progress
from wanjia.cli._series_ingest import shown
from wanjia.cli._series_progress import Progress
from wanjia.cli._series_register import read_register
from wanjia.model.faults import Refused
from wanjia.series.duckdb.store import DuckDBStore
from wanjia.series.port import Compaction
from wanjia.series.register import Register
from wanjia.texts import say

CHANGES_SHOWN_MAX = 20
"""Lines of changed readings; `--json` has more of them."""


def compact_days(store: Path, network: Path, day: date | None, language: str, as_json: bool) -> None:
    """Prints what each day is now and what changed; ends the process."""
    progress("network.reading", language, folder=network.name)
    try:
        opened = DuckDBStore(store)
        register, faults = read_register(network)
        if register is None:
            finish(shown(faults), None, say("series.nothing_compacted", language), language)
            return
        days = [day] if day else [state.day for state in opened.days() if state.stale and state.arrivals]
        made = [_compacted(opened, one, register, language) for one in days]
    except OSError as error:
        raise click.UsageError(f"{store.name}: {error}") from error
    except Refused as refused:
        finish(shown(refused.faults), None, say("series.nothing_compacted", language), language)
        return
    faults = shown([*faults, *(fault for one in made for fault in one.faults)])
    result = {"days": [_plain(one) for one in made], "faults": plain_faults(faults, language)} if as_json else None
    finish(faults, result, _summary(made, language), language)


def _compacted(store: DuckDBStore, day: date, register: Register, language: str) -> Compaction:
    telling = Progress(language, day.isoformat())
    try:
        return store.compact(day, register, telling)
    finally:
        telling.end()


def _plain(made: Compaction) -> dict[str, Any]:
    return {
        "day": made.day.isoformat(), "revision": made.revision, "previous": made.previous or None, "new": made.is_new,
        "meters": made.meters, "readings": made.readings, "estimated": made.estimated, "superseded": made.superseded,
        "unknown_meters": made.unknown_meters, "wide_rows": made.wide_rows, "changed_meters": made.changed_meters,
        "changed_slots": made.changed_slots, "changes": [vars(one) for one in made.changes],
        "moves": [vars(one) for one in made.moves],
    }  # fmt: skip


def _summary(made: Sequence[Compaction], language: str) -> str:
    if not made:
        return say("series.all_compacted", language)
    return "\n".join(line for one in made for line in _lines(one, language))


def _lines(made: Compaction, language: str) -> list[str]:
    """A day, and what changed in it."""
    if not made.is_new:
        return [say("series.day_same", language, day=made.day, meters=made.meters, readings=made.readings)]
    values = {"day": made.day, "meters": made.meters, "readings": made.readings, "estimated": made.estimated}
    lines = [say("series.day_compacted", language, superseded=made.superseded, **values)]
    if not made.previous:
        return lines
    lines.append(say("series.day_changed", language, meters=made.changed_meters, slots=made.changed_slots))
    for one in made.changes[:CHANGES_SHOWN_MAX]:
        before, after = (_number(kwh) for kwh in (one.before_kwh, one.after_kwh))
        lines.append(f"  {one.meter_id} slot_{one.slot:02d}: {before} -> {after}")
    if made.changed_slots > CHANGES_SHOWN_MAX:
        lines.append(say("series.more_changes", language, count=made.changed_slots - CHANGES_SHOWN_MAX))
    lines += [f"  {one.meter_id}: {one.before_district or '-'} -> {one.after_district or '-'}" for one in made.moves]
    return lines


def _number(kwh: float | None) -> str:
    return "-" if kwh is None else f"{kwh:.12g}"
