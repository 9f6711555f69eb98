"""`wanjia history`: what a company's own past cases say, before anything is installed anywhere."""

import gc
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from wanjia.adapters.event_log.column_map import ColumnMap
from wanjia.adapters.event_log.driver import read_column_map, read_log
from wanjia.cli._history_clocks import PracticeClocks, own_rules, practice_clocks, refuse_unplaced, work_calendar
from wanjia.cli._history_json import as_plain, verdict
from wanjia.cli._history_report import assumptions_of, practice_notes, printable, report
from wanjia.cli._language import language_option
from wanjia.kernels.history.audit import Audit, audit
from wanjia.kernels.history.lateness import replay
from wanjia.kernels.history.nouns import Log
from wanjia.model.faults import Fault, Refused
from wanjia.texts import fault_sentence, say

READABLE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
PICTURE_ENDINGS = (".png", ".svg")
FOLDER = click.Path(exists=True, file_okay=False, readable=True, path_type=Path)


def _picture(_: click.Context, __: click.Parameter, path: Path | None) -> Path | None:
    """A picture's name must say its format, and its folder must be there, before any work is done."""
    if path is None:
        return None
    if path.suffix.lower() not in PICTURE_ENDINGS:
        raise click.BadParameter(f"the name must end in {' or '.join(PICTURE_ENDINGS)}")
    if not path.resolve().parent.is_dir():
        raise click.BadParameter(f"the folder {path.parent} does not exist")
    return path


@click.group(name="history")
def command() -> None:
    """What a company's own past cases say."""


@command.command(name="audit")
@click.argument("log", type=READABLE)
@click.option("--map", "map_path", type=READABLE, help="Column map (YAML): names, zone, branches, clocks.")
@click.option("--practice", "practice_path", type=FOLDER, help="Practice folder whose clocks are replayed.")
@click.option("--plot", "plot_path", type=click.Path(dir_okay=False, path_type=Path), callback=_picture,
              help="Write a picture (.png or .svg).")  # fmt: skip
@language_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def audit_command(
    log: Path, map_path: Path | None, practice_path: Path | None, plot_path: Path | None,
    language: str, as_json: bool,
) -> None:  # fmt: skip
    """Say where the time went in LOG (.csv or .xes), what was done twice, which deadlines were broken, and what the
    same cases would have taken with their branches side by side."""
    try:
        with _no_collector():
            found, practice, notices = _audited(log, map_path, practice_path, language)
        if plot_path is not None:
            # Loading the plotting library takes longer than the audit itself, so it is loaded only for a picture.
            plot_path.write_bytes(import_module("wanjia.cli._history_plot").picture(found, plot_path.suffix, language))
    except Refused as refusal:
        _complain(refusal.faults, language)
        sys.exit(1)
    except OSError as error:
        raise click.FileError(str(error.filename or log), hint=error.strerror) from error
    if as_json:
        sentences = [assumptions_of(found, row, language) for row in found.comparisons]
        click.echo(json.dumps(as_plain(found, sentences, practice, notices), ensure_ascii=False))
    else:
        click.echo(report(log.name, found, practice, language))


@contextmanager
def _no_collector() -> Iterator[None]:
    """The cycle collector walks a large log again and again and finds nothing: half of the time of a long audit."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _audited(
    path: Path, map_path: Path | None, practice_path: Path | None, language: str
) -> tuple[Audit, dict[str, Any] | None, Sequence[str]]:
    """The audit, the practice's clocks, and the notices. Raises Refused with the faults of both together."""
    column_map = read_column_map(map_path) if map_path else ColumnMap()
    calendar = work_calendar(column_map.calendar, column_map.zone)
    faults: list[Fault] = []
    placed: PracticeClocks | None = None
    try:
        if practice_path is not None:
            placed = practice_clocks(practice_path, column_map, calendar, language)
        else:
            refuse_unplaced(column_map)
    except Refused as refusal:
        faults += refusal.faults
    try:
        log, notices = _log(path, column_map, language)
    except Refused as refusal:
        raise Refused([*faults, *refusal.faults]) from refusal
    if faults:
        raise Refused(faults)
    found = audit(log, column_map.plans, own_rules(column_map, calendar))
    return found, _replayed(log, placed, language), notices


def _log(path: Path, column_map: ColumnMap, language: str) -> tuple[Log, Sequence[str]]:
    """The log, with what was left out of it told on standard error. Raises Refused."""
    if sys.stderr.isatty():
        click.echo(say("history.reading", language, file=path.name), err=True)
    decoded = read_log(path, column_map)
    if decoded.log is None:
        raise Refused(decoded.faults)
    _complain(decoded.notices, language, prefix=say("history.notice", language) + " ")
    return decoded.log, [fault_sentence(notice, language) for notice in decoded.notices]


def _complain(faults: Iterable[Fault], language: str, prefix: str = "") -> None:
    for fault in faults:
        click.echo(prefix + printable(fault_sentence(fault, language)), err=True)


def _replayed(log: Log, placed: PracticeClocks | None, language: str) -> dict[str, Any] | None:
    """What the practice's clocks say of the log, as a plain value for both outputs. Raises Refused."""
    if placed is None:
        return None
    clocks = []
    for rule in placed.rules:
        clock_id = rule.clock_id
        head = {"name": placed.names[clock_id], "source": placed.sources[clock_id]}
        notes = practice_notes(placed.notes[clock_id], language)
        clocks.append(verdict(replay(log, rule)) | head | {"assumptions": notes})
    skipped = [
        {"clock": clock_id, "name": placed.names[clock_id], "reason": say(key, language)}
        for clock_id, key in placed.not_replayed.items()
    ]
    return {"practice": placed.domain, "version": placed.version, "clocks": clocks, "not_replayed": skipped}
