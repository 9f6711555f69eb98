"""`wanjia plan price`: what a plan costs and which demands it breaks, by the plain reference."""

from pathlib import Path
from typing import Any

import click

from wanjia.adapters.work_files.decoding import plain_of
from wanjia.adapters.work_files.driver import read_plan_file
from wanjia.cli._language import language_option
from wanjia.cli._output import FOLDER, finish, plain_faults, progress
from wanjia.cli._plan_list import compiled_list
from wanjia.kernels.planning.plans.placing import choice_of, figures, savings, told
from wanjia.kernels.planning.problem import price
from wanjia.kernels.planning.works.compiling import Compiled
from wanjia.model.faults import Fault
from wanjia.model.works import Placed
from wanjia.texts import say

FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@click.command(name="price")
@click.argument("file", type=FILE)
@click.argument("plan", type=FILE)
@click.option("--network", type=FOLDER, help="Network folder, where works leave their modes to it.")
@language_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def price_command(file: Path, plan: Path, network: Path | None, language: str, as_json: bool) -> None:
    """Say what PLAN costs for the work list FILE, and name every demand that it breaks.

    PLAN is what `wanjia plan` wrote, perhaps with works moved by hand: only `placed` counts, and of each work there
    its mode_at, its starts_at and, where they are told, its bases.

    Exit status: 0 the plan breaks nothing, 1 faults or broken demands are listed, 2 wrong use.
    """
    progress("plan.reading", language, file=file.name)
    compiled, _, faults = compiled_list(file, network)
    placed, plan_faults = read_plan_file(plan)
    faults = (*faults, *plan_faults)
    answer: dict[str, Any] = {}
    if compiled is not None and not plan_faults:
        answer, faults = _priced(compiled, placed)
    result = {**answer, "faults": plain_faults(faults, language)} if as_json else None
    summary = say("plan.priced", language, **_words(answer)) if answer else ""
    finish(faults, result, summary, language)


def _priced(compiled: Compiled, placed: tuple[Placed, ...]) -> tuple[dict[str, Any], tuple[Fault, ...]]:
    """The figures, and as faults what is broken; no figures while a work has no place."""
    choice, faults = choice_of(compiled, placed)
    if faults:
        return {}, faults
    found, (shared, by_mode) = price(compiled.problem, choice), savings(compiled, choice)
    broken = tuple(told(compiled, violation) for violation in found.violations)
    answer = {"cost": found.cost, "is_feasible": found.is_feasible, "figures": figures(compiled, choice)}
    return plain_of({**answer, "shared": shared, "savings": by_mode}), broken


def _words(answer: dict[str, Any]) -> dict[str, str]:
    cost = f"{answer['cost']:.2f}"
    districts, households = (answer["figures"][name] for name in ("district_hours", "household_hours"))
    return {"cost": cost, "districts": f"{districts:g}", "households": f"{households:,.0f}"}
