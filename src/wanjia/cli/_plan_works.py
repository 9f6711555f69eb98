"""`wanjia plan` on a work list: the plan, what it saves, how far it is from the best possible."""

from collections.abc import Callable
from dataclasses import replace

from wanjia.adapters.work_files.decoding import plain_of
from wanjia.adapters.work_files.driver import write_plan_file
from wanjia.cli._output import finish, plain_faults, progress
from wanjia.cli._plan_asked import Asked, clock, teller
from wanjia.cli._plan_list import compiled_list
from wanjia.cli._plan_words import plan_words, said
from wanjia.kernels.planning.plans.conflicts import explain
from wanjia.kernels.planning.plans.earliest import earliest
from wanjia.kernels.planning.plans.planned import plan_of
from wanjia.kernels.planning.plans.reasons import reasons_of
from wanjia.kernels.planning.search.solving import Solution, solve
from wanjia.kernels.planning.works.compiling import Compiled
from wanjia.model.faults import Fault
from wanjia.model.works import Plan, WorkList

SEARCH_SECONDS_MIN = 1.0
"""What is left for the search at least, however long the file took to read."""
EXPLAIN_SECONDS = 60.0
"""Most time for finding out why nothing fits; not more than what was given for the plan."""


def plan_works(asked: Asked) -> None:
    """Reads, plans, writes and tells; ends the command: 0 with a plan, 1 with faults or with why there is none."""
    elapsed = clock(asked.language)
    progress("plan.reading", asked.language, file=asked.file.name)
    compiled, listed, faults = compiled_list(asked.file, asked.network)
    if compiled is None or listed is None:
        _refused(asked, (*faults, *_why(listed, faults, asked)))
        return
    plan, told = _solved(compiled, asked, elapsed)
    if plan is None:
        _refused(asked, told)
        return
    answer = {**plain_of(plan), "title": listed.title, "seconds": asked.seconds, "seed": asked.seed}
    answer["reasons"] = [{**plain_of(one), "said": said(one, asked.language)} for one in plan.reasons]
    answer["is_within_budget"] = _within_budget(plan, listed)
    if asked.out is not None:
        write_plan_file(asked.out, answer)
    words = plan_words(plan, listed, asked.language)
    finish([], {**answer, "faults": []} if asked.as_json else None, words, asked.language)


def _refused(asked: Asked, faults: tuple[Fault, ...]) -> None:
    finish(faults, {"faults": plain_faults(faults, asked.language)} if asked.as_json else None, "", asked.language)


def _why(listed: WorkList | None, faults: tuple[Fault, ...], asked: Asked) -> tuple[Fault, ...]:
    """Where works have no start at all: which demands leave them none."""
    if listed is None or any(fault.code != "planning.no_start" for fault in faults):
        return ()
    return explain(listed, min(asked.seconds, EXPLAIN_SECONDS), clock(asked.language)).told


def _solved(compiled: Compiled, asked: Asked, elapsed: Callable[[], float]) -> tuple[Plan | None, tuple[Fault, ...]]:
    """The plan, or why there is none."""
    progress("plan.compiled", asked.language, works=compiled.problem.works, options=compiled.problem.options)
    naive = earliest(compiled)
    until = max(asked.seconds, elapsed() + SEARCH_SECONDS_MIN)
    start = naive.choice if naive.is_complete else None
    found = solve(compiled.problem, until, asked.seed, elapsed, start, teller(asked.language))
    if found.is_feasible:
        progress("plan.reasoning", asked.language)
        return replace(plan_of(compiled, found, naive), reasons=reasons_of(compiled, found.choice)), ()
    progress("plan.explaining", asked.language)
    told = explain(compiled.listed, min(asked.seconds, EXPLAIN_SECONDS), clock(asked.language)).told
    return None, told or (_not_found(found, until),)


def _not_found(found: Solution, seconds: float) -> Fault:
    proven = found.bound == float("inf")
    return Fault("planning.no_plan" if proven else "planning.none_found", values={"seconds": f"{seconds:g}"})


def _within_budget(plan: Plan, listed: WorkList) -> bool | None:
    """Whether the plan keeps to the district-hours it may cost; None without a budget."""
    budget = listed.budget_district_hours
    return None if budget is None else plan.district_hours <= budget + 1e-9
