"""`wanjia practice install FOLDER…`: puts checked practices into the store; new cases start on them."""

import json
import sys
from pathlib import Path

import click

from wanjia.cli._language import language_option
from wanjia.cli._practice_files import files_of, folders_in
from wanjia.cli._practice_store import install, loose_links
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts
from wanjia.practice.shape import type_name
from wanjia.practice.yaml_text import parse_yaml
from wanjia.texts import fault_sentence, say


@click.command("install")
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--settings", "settings_path", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="YAML with the company's settings; for one folder only.")  # fmt: skip
@language_option
def install_command(folders: tuple[Path, ...], settings_path: Path | None, language: str) -> None:
    """Check and install practices. A folder with faults is refused with the whole list, and nothing of it is stored."""
    if settings_path is not None and len(folders) > 1:
        raise click.UsageError(say("practice.settings_one_folder", language))
    failed, names = False, []
    try:
        settings = _settings(settings_path)
    except Refused as refused:
        _list_faults(str(settings_path), refused, language)
        sys.exit(1)
    for folder in folders_in(folders, language):
        try:
            name, version = install(files_of(folder), settings)
        except Refused as refused:
            failed = True
            _list_faults(folder.name, refused, language)
        else:
            names.append(name)
            click.echo(say("practice.installed", language, name=name, version=version))
    for name in names:  # only now, because practices that need each other may be installed together
        for fault in loose_links(name):
            click.echo(f"{name}: {fault_sentence(fault, language)}", err=True)
    sys.exit(1 if failed else 0)


def _list_faults(name: str, refused: Refused, language: str) -> None:
    click.echo(say("practice.faults", language, name=name, count=len(refused.faults)), err=True)
    for fault in refused.faults:
        click.echo(f"  {fault_sentence(fault, language)}", err=True)


def _settings(path: Path | None) -> Facts:
    """The settings in a YAML file; {} without one."""
    if path is None:
        return {}
    parsed = parse_yaml(path.name, path.read_bytes())
    if parsed.faults:
        raise Refused(parsed.faults)
    if not isinstance(parsed.value, dict):
        values = {"expected": "object", "found": type_name(parsed.value), "value": json.dumps(parsed.value)}
        raise Refused([Fault("practice.type_wrong", Where(path.name, 1), values)])
    return parsed.value
