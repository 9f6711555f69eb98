"""`wanjia practice simulate FOLDER`: thousands of cases from stated assumptions, variants compared."""

import json
import math
import sys
import time
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path

import click
import numpy as np

from wanjia.adapters.work_calendar.codec import work_calendar
from wanjia.cli._language import language_option
from wanjia.cli._practice_files import files_of, folders_in, json_option
from wanjia.cli._practice_workers import Job, simulated
from wanjia.cli._printed_tables import table
from wanjia.model.faults import Fault, Refused
from wanjia.model.working_time import UnknownYear
from wanjia.practice.chances import read_plan
from wanjia.practice.folder import as_mapping, as_names
from wanjia.practice.nouns import Practice
from wanjia.practice.reader import read
from wanjia.practice.schemas.durations import VARIANT_SCHEMA
from wanjia.practice.shape import shape_faults
from wanjia.practice.simulation import CaseResult, Summary, summary
from wanjia.practice.variants import Variant, varied
from wanjia.practice.yaml_text import parse_yaml
from wanjia.texts import fault_sentence, say

CASES_MAX = 1_000_000
BASE = "base"


@dataclass(frozen=True)
class Run:
    """One practice that was simulated, under a name."""

    name: str
    practice: Practice
    results: tuple[CaseResult, ...]
    summary: Summary


@click.command("simulate")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--cases", type=click.IntRange(1, CASES_MAX), default=1000, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Same seed, same result.")
@click.option("--durations", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=True,
              help="YAML: how long each step takes, how often which answer is given.")  # fmt: skip
@click.option("--variant", "variants", multiple=True, type=click.Path(path_type=Path, exists=True),
              help="Another practice folder, or a YAML that says what differs. May be repeated.")  # fmt: skip
@click.option("--plot", "plot_path", type=click.Path(path_type=Path, dir_okay=False), help="Write a .png or .svg.")
@language_option
@json_option
def simulate_command(
    folder: Path, cases: int, seed: int, durations: Path, variants: tuple[Path, ...], plot_path: Path | None,
    language: str, as_json: bool,
) -> None:  # fmt: skip
    """Run a practice thousands of times with stated durations and compare variants of it."""
    if plot_path is not None and plot_path.suffix.lower() not in (".png", ".svg"):
        raise click.UsageError(say("practice.plot_ending", language))
    folders_in((folder,), language)
    try:
        told = [_sources(folder, durations), *(_variant(folder, durations, path) for path in variants)]
        runs = [_run(name, files, plan, (cases, seed)) for name, files, plan in told]
    except Refused as refused:
        for fault in refused.faults:
            click.echo(fault_sentence(fault, language), err=True)
        sys.exit(1)
    except UnknownYear as lack:
        click.echo(say("practice.simulation_year", language, year=lack.year), err=True)
        sys.exit(1)
    if as_json:
        click.echo(json.dumps({"seed": seed, "runs": [_as_json(run) for run in runs]}, ensure_ascii=False, indent=2))
    else:
        _print_table(runs, language)
    if plot_path is not None:
        pictures = import_module("wanjia.cli._practice_plot")
        plot_path.write_bytes(pictures.picture(runs, plot_path.suffix.lower(), language))


def _sources(folder: Path, durations: Path) -> tuple[str, dict[str, bytes], Path]:
    return BASE, files_of(folder), durations


def _variant(folder: Path, durations: Path, path: Path) -> tuple[str, dict[str, bytes], Path]:
    """Name, files and durations of a variant: a folder as it is, or the base folder with what the YAML changes."""
    if path.is_dir():
        return path.resolve().name, files_of(path), durations
    parsed = parse_yaml(path.name, path.read_bytes())
    faults = [*parsed.faults, *(shape_faults(parsed, VARIANT_SCHEMA) if parsed.value is not None else ())]
    row = as_mapping(parsed.value)
    named = {key: path.parent / str(value) for key, value in as_mapping(row.get("files")).items()}
    others = [path.parent / str(row[key]) for key in ("practice", "durations") if key in row]
    for missing in [item for item in (*named.values(), *others) if not item.exists()]:
        faults.append(Fault("practice.variant_file", parsed.where(), {"path": missing.name}))
    if faults:
        raise Refused(faults)
    base = files_of(path.parent / str(row["practice"])) if "practice" in row else files_of(folder)
    exchanged = {key: item.read_bytes() for key, item in named.items()}
    files, problems = varied(base, Variant(str(row["name"]), exchanged, as_names(row.get("sequential"))))
    if problems:
        raise Refused(problems)
    return str(row["name"]), files, path.parent / str(row["durations"]) if "durations" in row else durations


def _run(name: str, files: dict[str, bytes], durations: Path, size: tuple[int, int]) -> Run:
    reading = read(files)
    if reading.practice is None:
        raise Refused(reading.faults)
    plan, faults = read_plan(durations.name, durations.read_bytes(), reading.practice)
    if plan is None or faults:
        raise Refused(faults)
    cases, seed = size
    results = _with_progress(name, Job(reading.practice, plan, work_calendar(), seed), cases)
    return Run(name, reading.practice, results, summary(reading.practice, results))


def _with_progress(name: str, job: Job, cases: int) -> tuple[CaseResult, ...]:
    results: list[CaseResult] = []
    began = time.monotonic()
    for chunk in simulated(job, cases):
        results += chunk
        if sys.stderr.isatty():
            rate = len(results) / (time.monotonic() - began)
            click.echo(f"\r{name}: {len(results)}/{cases}  {rate:.0f}/s ", err=True, nl=len(results) == cases)
    return tuple(results)


def _as_json(run: Run) -> dict[str, object]:
    figures = {key: _plain(value) for key, value in asdict(run.summary).items()}
    return {"name": run.name, "practice": run.practice.name, "version": run.practice.version, **figures}


def _plain(value: object) -> object:
    """NaN is no JSON: a figure that cannot be computed is null."""
    return None if isinstance(value, float) and math.isnan(value) else value


def _print_table(runs: list[Run], language: str) -> None:
    rows = [[say("practice.simulate.figure", language), *(run.name for run in runs)]]
    for key in ("cases", "ended", "mean_days", "median_days", "p90_days", "mean_working_days", "returns_per_case"):
        rows.append([say(f"practice.simulate.{key}", language), *(_figure(getattr(run.summary, key)) for run in runs)])
    rows.append([say("practice.simulate.ends", language), *("" for _ in runs)])
    for end in sorted({end for run in runs for end in run.summary.ends}):
        rows.append([f"  {_end_name(runs, end, language)}", *(_share(run.summary.ends.get(end, 0.0)) for run in runs)])
    rows.append([say("practice.simulate.clocks", language), *("" for _ in runs)])
    for clock in dict.fromkeys(clock for run in runs for clock in run.summary.clocks):
        label = runs[0].practice.text(f"clocks.{clock}", language)
        rows.append([f"  {label}", *(_share(run.summary.clocks.get(clock)) for run in runs)])
    click.echo("\n".join(table(rows)))


def _end_name(runs: list[Run], end: str, language: str) -> str:
    if not end:
        return say("practice.simulate.still_open", language)
    return runs[0].practice.text(f"ends.{end}", language)


def _figure(value: float) -> str:
    if isinstance(value, float):
        return "—" if np.isnan(value) else f"{value:.2f}"
    return str(value)


def _share(value: float | None) -> str:
    return "—" if value is None else f"{value:.1%}"
