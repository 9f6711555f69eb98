"""The published instances of the ROADEF/EURO challenge 2020 in 60 s: ours beside CP-SAT alone and HiGHS alone.

    python benchmarks/planning.py [--quick] [FILE or FOLDER ...]

The instances of ../shared/data/roadef2020, and those named on the command line or in a folder named there. Each solver
has a process of its own and one worker. The peers know the linear part of the cost (all of it with one scenario, the
mean risk otherwise); what they find is priced by the true cost. Best known values are the published ones.
"""

import sys
import time
from math import isfinite
from pathlib import Path

import numpy as np
from _planning_peers import cp_sat, options_taken, pairs_of, peer, resources_of, total
from _stand import ROOT, describe, quick
from ortools.linear_solver.python import model_builder

from wanjia.adapters.roadef2020.driver import read
from wanjia.kernels.planning.prices.linear import linear_part
from wanjia.kernels.planning.prices.tables import tables
from wanjia.kernels.planning.problem import Problem
from wanjia.kernels.planning.search.solving import solve, warm

FOLDER = ROOT / ".." / "shared" / "data" / "roadef2020"
BEST_KNOWN = {
    "A_01": 1767.815611, "A_03": 848.178611, "A_07": 2272.782274, "A_08": 744.293235, "A_09": 1507.284784,
    "A_10": 2994.848735, "A_12": 789.634930,
}  # fmt: skip
SECONDS, QUICK_SECONDS = 60.0, 10.0


def highs(problem: Problem, seconds: float) -> np.ndarray | None:
    """The linear part as a mixed-integer program."""
    began = time.monotonic()
    linear = linear_part(problem, tables(problem, 1.0, 0.0), np.zeros(problem.options))
    model = model_builder.Model()
    options = [model.new_bool_var("") for _ in range(problem.options)]
    for begin, end in zip(problem.option_begin[:-1].tolist(), problem.option_begin[1:].tolist(), strict=True):
        model.add(total(options[begin:end]) == 1)
    resources_of(model, problem, options)
    pairs_of(model, problem, options)
    model.minimize(model_builder.LinearExpr.weighted_sum(options, linear.option.tolist()))
    solver = model_builder.Solver("HIGHS")
    solver.set_time_limit_in_seconds(max(1.0, seconds - (time.monotonic() - began)))
    status = solver.solve(model)
    found = status in (model_builder.SolveStatus.OPTIMAL, model_builder.SolveStatus.FEASIBLE)
    return options_taken(problem, np.array([solver.value(one) for one in options])) if found else None


def ours(problem: Problem, seconds: float, best: float | None) -> str:
    """Our plan in words."""
    began, used = time.monotonic(), time.process_time()
    found = solve(problem, seconds, 1, lambda: time.monotonic() - began)
    took, used = time.monotonic() - began, time.process_time() - used
    first = next((row[0] for row in found.history if isfinite(row[1])), None)
    if first is None:
        return f"no plan in {took:.1f} s"
    proof = "proven the best" if found.is_optimal else f"gap {100 * found.gap:.3f} %, bound {found.bound:.4f}"
    if best is not None:
        proof = f"{100 * (found.cost / best - 1):+.4f} % of best known, {proof}"
    return f"cost {found.cost:.6f}, {proof}, first plan {first:.2f} s, {took:.1f} s ({used:.1f} s of processor)"


def told(file: Path, seconds: float) -> None:
    """One instance, all solvers."""
    began = time.monotonic()
    problem = read(file).problem
    best = BEST_KNOWN.get(file.stem)
    print(f"\n{file.stem}: {problem.works} works, {problem.options} options, {problem.slots} slots, "
          f"read in {time.monotonic() - began:.1f} s{f', best known {best}' if best else ''}")  # fmt: skip
    print(f"  ours    {ours(problem, seconds, best)}", flush=True)
    print(f"  CP-SAT  {peer(cp_sat, problem, seconds)}", flush=True)
    print(f"  HiGHS   {peer(highs, problem, seconds)}", flush=True)


def main() -> None:
    """All files."""
    describe()
    warm()
    asked = [FOLDER, *(Path(argument) for argument in sys.argv[1:] if not argument.startswith("--"))]
    files = [file for one in asked for file in (sorted(one.glob("*.json")) if one.suffix != ".json" else [one])]
    if not files:
        print("no instances: ../shared/data/roadef2020 is not there")
    for file in files:
        told(file, QUICK_SECONDS if quick() else SECONDS)


if __name__ == "__main__":
    main()
