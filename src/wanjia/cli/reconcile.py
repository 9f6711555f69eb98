"""`wanjia reconcile`: sub-meters against their main meter, and rooftop solar among tenants, on one plain file."""

import csv
import json
from pathlib import Path
from typing import Any

import click

from wanjia.cli._language import language_option
from wanjia.cli._output import finish, plain_faults, progress
from wanjia.cli._reconcile_case import Case, read_case
from wanjia.cli._reconcile_fields import read_json
from wanjia.cli._reconcile_report import curves_by_meter, meters_report
from wanjia.cli._reconcile_solar import Roof, read_solar, solar_report
from wanjia.cli._reconcile_words import SHARE_COLUMNS, TENANT_COLUMNS, words
from wanjia.model.faults import Fault, Refused, Where

FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


def _out(_: click.Context, __: click.Parameter, path: Path | None) -> Path | None:
    if path is not None and path.suffix.lower() not in (".json", ".csv"):
        raise click.BadParameter(f"the name {path.name} must end in .json or .csv")
    return path


@click.command(name="reconcile")
@click.argument("case", type=FILE)
@click.option("-o", "out", type=click.Path(dir_okay=False, writable=True, path_type=Path), callback=_out,
              help="Write the result: all of it (.json), or who pays what by which rule (.csv).")  # fmt: skip
@language_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def command(case: Path, out: Path | None, language: str, as_json: bool) -> None:
    """Say what the gap between a main meter and its sub-meters in CASE is made of, and share the rest by several rules.

    CASE is a JSON file: the main meter and the sub-meters with readings or interval curves, points without a meter,
    wires or a percentage for their loss, a price; and, under `solar`, a roof whose energy is settled among tenants.
    docs/reference/reconcile.md has every field.

    Exit status: 0 done, 1 faults are listed, 2 wrong use.
    """
    progress("reconcile.reading", language, file=case.name)
    faults: list[Fault] = []
    answer = _answer(case, faults)
    if answer is not None and out is not None:
        _write(out, answer)
    result = {**(answer or {}), "faults": plain_faults(faults, language)}
    finish(faults, result if as_json else None, words(answer, language) if answer else "", language)


def _answer(path: Path, faults: list[Fault]) -> dict[str, Any] | None:
    """The whole result; None when anything is wrong: half a bill is none."""
    try:
        row = read_json(path)
    except Refused as refused:
        faults += refused.faults
        return None
    meters = read_case(row, path.name, faults)
    roof = read_solar(row, path.name, faults, curves_by_meter(meters))
    if "main_meter" not in row and "solar" not in row:
        faults.append(Fault("reconcile.nothing", Where(path.name)))
    return None if faults else _report(str(row.get("title") or path.stem), meters, roof)


def _report(title: str, meters: Case | None, roof: Roof | None) -> dict[str, Any]:
    found = meters_report(meters) if meters else {}
    return {"title": title, **found, **({"solar": solar_report(roof)} if roof else {})}


def _write(out: Path, answer: dict[str, Any]) -> None:
    if out.suffix.lower() == ".json":
        out.write_text(json.dumps(answer, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        if answer.get("proposals"):
            writer.writerow(["rule", "meter_id", "meter", *SHARE_COLUMNS])
            writer.writerows(
                [one["rule"], row["meter_id"], row["meter"], *(row[name] for name in SHARE_COLUMNS)]
                for one in answer["proposals"]
                for row in one["rows"]
            )
        if answer.get("solar"):
            writer.writerow(["rule", "tenant_id", "tenant", *TENANT_COLUMNS])
            solar = answer["solar"]
            writer.writerows(
                [solar["rule"], row["tenant_id"], row["tenant"], *(row[name] for name in TENANT_COLUMNS)]
                for row in solar["tenants"]
            )
