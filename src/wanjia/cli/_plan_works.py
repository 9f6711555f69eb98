"""`wanjia plan` on a work list: the plan, what it saves, how far it is from the best possible."""

import sys
import time
from pathlib import Path
from typing import Any

import click

from wanjia.adapters.work_files.decoding import plain_of
from wanjia.adapters.work_files.driver import write_plan_file
from wanjia.cli._output import finish, plain_faults, progress
from wanjia.cli._plan_list import compiled_list
from wanjia.cli._plan_words import plan_words
from wanjia.kernels.planning.compiling import Compiled
from wanjia.kernels.planning.conflicts_told import explain
from wanjia.kernels.planning.earliest import earliest
from wanjia.kernels.planning.planned import plan_of
from wanjia.kernels.planning.solving import Solution, solve, warm
from wanjia.model.faults import Fault
from wanjia.model.works import Plan, WorkList
from wanjia.texts import say

EXPLAIN_SECONDS = 60.0
"""Most time for finding out why nothing fits; not more than what was given for the plan."""


def plan_works(
    file: Path, network: Path | None, seconds: float, seed: int, out: Path | None, language: str, as_json: bool
) -> None:
    """Plans a work list and ends the command: 0 with a plan, 1 with faults or with the reasons why there is none."""
    progress("plan.reading", language, file=file.name)
    compiled, listed, faults = compiled_list(file, network)
    if compiled is None or listed is None:
        _refused(listed, faults, seconds, language, as_json)
        return
    plan, told = _solved(compiled, seconds, seed, language)
    if plan is None:
        _refused(listed, told, 0.0, language, as_json)
        return
    answer = {**plain_of(plan), "title": listed.title, "seconds": seconds, "seed": seed}
    answer["is_within_budget"] = _within_budget(plan, listed)
    if out is not None:
        write_plan_file(out, answer)
    finish([], {**answer, "faults": []} if as_json else None, plan_words(plan, listed, language), language)


def _refused(listed: WorkList | None, faults: tuple[Fault, ...], seconds: float, language: str, as_json: bool) -> None:
    """Says what is wrong; where works have no start at all, also which demands leave them none."""
    if listed is not None and seconds and all(fault.code == "planning.no_start" for fault in faults):
        faults = (*faults, *explain(listed, min(seconds, EXPLAIN_SECONDS), _clock()).told)
    finish(faults, {"faults": plain_faults(faults, language)} if as_json else None, "", language)


def _clock() -> Any:
    began = time.monotonic()
    return lambda: time.monotonic() - began


def _solved(compiled: Compiled, seconds: float, seed: int, language: str) -> tuple[Plan | None, tuple[Fault, ...]]:
    """The plan, or why there is none."""
    progress("plan.compiled", language, works=compiled.problem.works, options=compiled.problem.options)
    warm()
    elapsed = _clock()
    naive = earliest(compiled)
    start = naive.choice if naive.is_complete else None
    found = solve(compiled.problem, seconds, seed, elapsed, start, _Told(language, seconds))
    if found.is_feasible:
        return plan_of(compiled, found, naive), ()
    progress("plan.explaining", language)
    told = explain(compiled.listed, min(seconds, EXPLAIN_SECONDS), _clock()).told
    return None, told or (_not_found(found, seconds),)


def _not_found(found: Solution, seconds: float) -> Fault:
    proven = found.bound == float("inf")
    return Fault("planning.no_plan" if proven else "planning.none_found", values={"seconds": f"{seconds:g}"})


class _Told:
    """Writes over one line of standard error with each better plan; silent where it is no terminal."""

    def __init__(self, language: str, seconds: float) -> None:
        self._language, self._seconds = language, seconds

    def __call__(self, passed: float, cost: float, bound: float) -> None:
        """A better plan or bound after so many seconds."""
        if not sys.stderr.isatty() or cost == float("inf"):
            return
        gap = 100 * (cost - max(bound, 0.0)) / max(cost, 1e-9)
        values = {
            "passed": f"{passed:.0f}",
            "seconds": f"{self._seconds:g}",
            "cost": f"{cost:.1f}",
            "gap": f"{gap:.1f}",
        }
        click.echo(f"\r\x1b[K{say('plan.progress', self._language, **values)}", err=True, nl=False)


def _within_budget(plan: Plan, listed: WorkList) -> bool | None:
    """Whether the plan keeps to the district-hours it may cost; None without a budget."""
    budget = listed.budget_district_hours
    return None if budget is None else plan.district_hours <= budget + 1e-9
