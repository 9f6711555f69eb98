"""`wanjia practice check FOLDER…`: every fault of every folder, each with file, line and remedy."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import click

from wanjia.adapters.work_calendar.codec import work_calendar
from wanjia.cli._language import language_option
from wanjia.cli._practice_files import files_of, folders_in, json_option
from wanjia.model.capabilities import SIGNATURES
from wanjia.model.faults import Fault
from wanjia.practice.checker import check, prefix_faults
from wanjia.practice.checks.children import link_faults
from wanjia.practice.checks.units import unit_faults
from wanjia.practice.folder import as_mapping, open_folder
from wanjia.practice.quality import tier_of
from wanjia.practice.reader import read
from wanjia.texts import LANGUAGES, fault_sentence, say, table

UNIT = "unit."
"""What keys of units' words begin with."""


@click.command("check")
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
@language_option
@json_option
def check_command(folders: tuple[Path, ...], language: str, as_json: bool) -> None:
    """Check practice folders: form, references, texts, clocks, process, and every scenario on a virtual clock.

    Exits 0 when nothing is wrong, 1 when faults are listed (on standard error), 2 for wrong use.
    """
    contents = {path.resolve().name: files_of(path) for path in folders_in(folders, language)}
    calendar = work_calendar()
    words = [key.removeprefix(UNIT) for key in table(language) if key.startswith(UNIT)]
    found = {
        name: (*check(files, SIGNATURES, calendar, name), *unit_faults(files, words))
        for name, files in contents.items()
    }
    for fault in (*prefix_faults(contents), *_links(contents, found)):
        name, _, _ = fault.where.file.partition("/")
        found[name] = (*found[name], fault)
    if as_json:
        click.echo(json.dumps(_as_json(contents, found), ensure_ascii=False, indent=2))
    _report(contents, found, language, as_json)
    sys.exit(1 if any(found.values()) else 0)


def _links(contents: dict[str, dict[str, bytes]], found: dict[str, tuple[Fault, ...]]) -> list[Fault]:
    """What does not fit between practices that are checked together; one that is not among them is no fault."""
    readings = [read(files).practice for name, files in contents.items() if not found[name]]
    practices = {practice.name: practice for practice in readings if practice is not None}
    return [
        replace(fault, where=replace(fault.where, file=f"{name}/{fault.where.file}"))
        for name, practice in practices.items()
        for fault in link_faults(practice, practices)
        if fault.code != "practice.child_absent"
    ]


def _report(
    contents: dict[str, dict[str, bytes]], found: dict[str, tuple[Fault, ...]], language: str, as_json: bool
) -> None:
    for name, faults in found.items():
        if faults:
            click.echo(say("practice.faults", language, name=name, count=len(faults)), err=True)
            for fault in faults:
                click.echo(f"  {fault_sentence(fault, language)}", err=True)
        elif not as_json:
            click.echo(_passed(name, contents[name], language))


def _passed(name: str, files: dict[str, bytes], language: str) -> str:
    folder = open_folder(files)
    rules = as_mapping(folder.mapping("checklist.yaml").get("rules"))
    tier = say(f"practice.tier.{tier_of({key: as_mapping(row) for key, row in rules.items()}) or 'none'}", language)
    version = folder.manifest.get("version")
    return say("practice.ok", language, name=name, version=version, tier=tier, scenarios=len(folder.scenarios))


def _as_json(contents: dict[str, dict[str, bytes]], found: dict[str, tuple[Fault, ...]]) -> dict[str, object]:
    return {
        "practices": [
            {"name": name, "ok": not found[name], "faults": [_fault_row(fault) for fault in found[name]]}
            for name in contents
        ]
    }


def _fault_row(fault: Fault) -> dict[str, object]:
    where = {"file": fault.where.file, "line": fault.where.line, "key": fault.where.column}
    return {"code": fault.code, **where, **{language: fault_sentence(fault, language) for language in LANGUAGES}}
