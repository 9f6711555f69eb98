"""`wanjia practice list [FOLDER]`: the practices of a folder, or those that are installed."""

import json
import sys
from pathlib import Path

import click

from wanjia.cli._language import language_option
from wanjia.cli._practice_files import files_of, json_option, practices_below
from wanjia.cli._practice_store import installed_rows
from wanjia.cli._printed_tables import table
from wanjia.practice.folder import as_mapping, open_folder
from wanjia.practice.quality import tier_of
from wanjia.texts import say

COLUMNS = ("name", "version", "prefix", "tier", "title")


@click.command("list")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False), required=False)
@language_option
@json_option
def list_command(folder: Path | None, language: str, as_json: bool) -> None:
    """List the practices in FOLDER, or without FOLDER those installed in the store."""
    rows = installed_rows(language) if folder is None else [_row(path, language) for path in practices_below(folder)]
    if as_json:
        click.echo(json.dumps({"practices": rows}, ensure_ascii=False, indent=2))
    elif not rows:
        where = "—" if folder is None else folder
        click.echo(say("practice.none_found", language, path=where), err=True)
        sys.exit(1)
    else:
        _print(rows)


def _row(path: Path, language: str) -> dict[str, str]:
    folder = open_folder(files_of(path))
    rules = as_mapping(folder.mapping("checklist.yaml").get("rules"))
    tier = tier_of({key: as_mapping(row) for key, row in rules.items()}) or "none"
    manifest = folder.manifest
    return {
        "name": str(manifest.get("domain", path.name)),
        "version": str(manifest.get("version", "")),
        "prefix": str(manifest.get("prefix", "")),
        "tier": tier,
        "title": folder.texts(language).get("name", ""),
    }


def _print(rows: list[dict[str, str]]) -> None:
    click.echo("\n".join(table(([row[column] for column in COLUMNS] for row in rows), names=len(COLUMNS))))
