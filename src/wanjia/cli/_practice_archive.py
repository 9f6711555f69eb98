"""`wanjia practice export` and `import`: a practice leaves one company as a signed archive and enters another."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from wanjia.adapters.practice_archive.codec import Archive, Opened, opened, packed
from wanjia.adapters.practice_archive.driver import signing_key
from wanjia.adapters.practice_archive.entries import ARCHIVE_BYTES_MAX
from wanjia.cli._language import language_option
from wanjia.cli._practice_files import files_of
from wanjia.cli._practice_store import Arrival, arrive, candidate, leaving, trust
from wanjia.model.faults import Fault, Refused
from wanjia.practice.differences import Difference
from wanjia.practice.layout import is_known
from wanjia.practice.reader import read
from wanjia.texts import fault_sentence, say

SIGN = {"new": "+", "gone": "-", "changed": "~"}


def _home() -> Path:
    return Path(os.environ.get("WANJIA_HOME", "var")).resolve()


@click.command("export")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True,
              help="The archive (.wjp).")  # fmt: skip
@click.option("--signer", default="", help="Name of who signs, shown beside the key.")
@click.option("--from-store", is_flag=True, help="Take along the settings and three months of figures of this store.")
@language_option
def export_command(folder: Path, output: Path, signer: str, from_store: bool, language: str) -> None:
    """Pack a practice folder into an archive signed with this installation's key."""
    files = {path: data for path, data in files_of(folder).items() if is_known(path)}
    reading = read(files)
    if reading.practice is None:
        _tell(folder.name, reading.faults, language)
        sys.exit(1)
    name, now = reading.practice.name, datetime.now(UTC)
    settings, results = leaving(name, now, language) if from_store else ({}, ())
    archive = Archive(
        name, reading.practice.version, reading.practice.digest, signer, now.isoformat(), files, settings, results
    )
    key = signing_key(_home())
    output.write_bytes(packed(archive, key))
    mark = opened(output.read_bytes()).fingerprint
    click.echo(say("practice.exported", language, name=name, version=archive.version, path=output, fingerprint=mark))


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--install", is_flag=True, help="Install it as a candidate: beside the version that runs.")
@click.option("--trust", "trusts", default="", help="Trust its signer from now on, under this name.")
@click.option("--with-settings", is_flag=True, help="Take the sender's figures instead of this company's own.")
@language_option
def import_command(file: Path, install: bool, trusts: str, with_settings: bool, language: str) -> None:
    """Show who signed an archive and what it would change; install it as a candidate if told to."""
    with file.open("rb") as source:
        content = source.read(ARCHIVE_BYTES_MAX + 1)
    found = opened(content)
    if found.archive is None:
        _tell(file.name, found.faults, language)
        sys.exit(1)
    now = datetime.now(UTC)
    try:
        arrival = arrive(content, found.archive, found.public_key, _home(), now, language)
        if trusts:
            trust(found.public_key, trusts, now)
        _show(found, found.archive, arrival, bool(trusts), language)
        if install:
            name, version = candidate(arrival, found.archive, _home(), with_settings, now)
            click.echo(say("practice.candidate", language, name=name, version=version))
    except Refused as refused:
        _tell(file.name, refused.faults, language)
        sys.exit(1)


def _show(found: Opened, archive: Archive, arrival: Arrival, trusted_now: bool, language: str) -> None:
    trusted = "yes" if arrival.trusted or trusted_now else "no"
    told = {"name": archive.name, "version": archive.version, "made_at": archive.made_at}
    click.echo(say("practice.archive_of", language, **told))
    signer = archive.signer or say("practice.signer_unnamed", language)
    click.echo(say(f"practice.signer_trusted_{trusted}", language, signer=signer, fingerprint=found.fingerprint))
    if not arrival.installed:
        click.echo(say("practice.nothing_installed", language))
    elif not arrival.differences:
        click.echo(say("practice.no_differences", language, version=arrival.installed))
    else:
        click.echo(say("practice.differences", language, version=arrival.installed, count=len(arrival.differences)))
    for one in arrival.differences:
        click.echo(f"  {_line(one)}")


def _line(one: Difference) -> str:
    change = one.after if one.kind == "new" else one.before if one.kind == "gone" else f"{one.before} → {one.after}"
    return f"{SIGN[one.kind]} {one.part} {one.id}: {change}"


def _tell(name: str, rows: tuple[Fault, ...], language: str) -> None:
    click.echo(say("practice.faults", language, name=name, count=len(rows)), err=True)
    for fault in rows:
        click.echo(f"  {fault_sentence(fault, language)}", err=True)
