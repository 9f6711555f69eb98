"""`wanjia plan --format roadef2020`: an instance of the challenge in, a solution in its text format out."""

from collections.abc import Callable
from dataclasses import replace
from math import isfinite
from typing import Any

from wanjia.adapters.roadef2020.codec import Instance, encode
from wanjia.adapters.roadef2020.driver import read
from wanjia.cli._output import finish, plain_faults, progress
from wanjia.cli._plan_asked import Asked, clock, teller
from wanjia.kernels.planning.problem import price
from wanjia.kernels.planning.search.solving import Solution, solve
from wanjia.model.faults import Fault, Refused, Where
from wanjia.texts import say

SEARCH_SECONDS_MIN = 5.0
"""What is left for the search at least, however long the file took to read."""


def plan_roadef(asked: Asked) -> None:
    """Reads, plans, writes and tells; ends the command."""
    elapsed = clock(asked.language)
    progress("plan.reading", asked.language, file=asked.file.name)
    try:
        instance = read(asked.file)
    except Refused as refused:
        _finish(asked, list(refused.faults), None)
        return
    answer, faults = _planned(asked, instance, elapsed)
    _finish(asked, faults, answer)


def _planned(asked: Asked, instance: Instance, elapsed: Callable[[], float]) -> tuple[dict[str, Any], list[Fault]]:
    loaded = elapsed()
    until = max(asked.seconds, loaded + SEARCH_SECONDS_MIN)
    found = solve(instance.problem, until, asked.seed, elapsed, told=teller(asked.language))
    answer = _answer(instance, found, loaded, elapsed())
    if found.is_feasible and asked.out is not None:
        asked.out.write_bytes(encode(instance, found.choice))
    if found.is_feasible:
        return answer, []
    code = "plan.impossible" if found.bound == float("inf") else "plan.none_found"
    broken = len(price(instance.problem, found.choice).violations)
    return answer, [Fault(code, Where(asked.file.name), {"seconds": f"{until:g}", "broken": broken})]


def _answer(instance: Instance, found: Solution, loaded: float, seconds: float) -> dict[str, Any]:
    """The result; `objective_1` is the mean risk, `objective_2` the expected excess, as the challenge names them."""
    problem = instance.problem
    parts = [price(replace(problem, mean_share=share), found.choice).cost for share in (1.0, 0.0)]
    first = next((row[0] for row in found.history if isfinite(row[1])), None)
    return {
        "interventions": problem.works,
        "slots": problem.slots,
        "feasible": found.is_feasible,
        "optimal": found.is_optimal,
        "objective": found.objective if found.is_feasible else None,
        "objective_1": parts[0] if found.is_feasible else None,
        "objective_2": parts[1] if found.is_feasible else None,
        "bound": found.bound if isfinite(found.bound) else None,
        "gap": found.gap if isfinite(found.gap) else None,
        "loading_seconds": round(loaded, 3),
        "first_feasible_seconds": None if first is None else round(first - loaded, 3),
        "seconds": round(seconds, 3),
    }


def _finish(asked: Asked, faults: list[Fault], answer: dict[str, Any] | None) -> None:
    result = {**(answer or {}), "faults": plain_faults(faults, asked.language)}
    summary = _summary(answer, asked.language) if answer and not faults else ""
    finish(faults, result if asked.as_json else None, summary, asked.language)


def _summary(answer: dict[str, Any], language: str) -> str:
    key = "plan.roadef_optimal" if answer["optimal"] else "plan.roadef_summary"
    values = {name: f"{answer[name]:.6f}" for name in ("objective", "objective_1", "objective_2", "bound")}
    gap = f"{100 * answer['gap']:.4f}"
    return say(key, language, **{**answer, **values, "gap": gap})
