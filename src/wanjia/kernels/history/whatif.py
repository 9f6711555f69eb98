"""What the same cases would have taken with their branches side by side: serial as logged, against parallel.

Per case, the block runs from the completion before the first branch step to the last branch step. Inside it every
interval between two completions belongs to the branch of the step that ends it, or to none ("the rest").

- cautious: a branch takes its own span, from the completion before its first step to its last step, less the rest's
  intervals in it. Where branches were already interleaved, the span holds the others' intervals too, so the saving is
  a lower bound.
- best: a branch takes only its own intervals. An interval in which several branches ran counts for one of them only, so
  the saving is an upper bound.

Parallel time of the case = logged time - (all branch intervals - the longest branch). The two bounds are equal where
the branches were logged one block after the other. Both are never longer than logged, and equal to it with one branch.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from wanjia.kernels.history.globs import matches
from wanjia.kernels.history.nouns import Case
from wanjia.kernels.history.spread import SECONDS_PER_DAY, Spread, share, spread
from wanjia.kernels.history.steps import Step
from wanjia.kernels.history.timing import Walked


@dataclass(frozen=True, slots=True)
class Branch:
    """Activities (globs) that run one after the other among themselves; with `each`, every activity that matches is a
    branch of its own, named after itself."""

    name: str
    activities: tuple[str, ...]
    each: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """Branches to put side by side, under one name; `proposed` when the log itself suggested them."""

    name: str
    branches: tuple[Branch, ...]
    proposed: bool = False


@dataclass(frozen=True, slots=True)
class BranchTime:
    """One branch over the compared cases: its time per case, cautious and best reading."""

    name: str
    activities: tuple[str, ...]
    cases: int
    span: Spread
    own: Spread


@dataclass(frozen=True, slots=True)
class CaseTime:
    """One compared case, first to last logged step, in days; `cautious` is the shorter saving, `best` the longer."""

    case_id: str
    branches: int
    overlapping: bool
    logged_days: float
    parallel_days: float
    parallel_best_days: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Serial as logged against parallel, over the cases with two branches or more.

    `overlapping`: cases whose branches were already interleaved in the log. `late_*` count, among the compared cases
    that ended and have a deadline, those after it: as logged, and with their end moved forward by the saving (only
    where the block was over before the case's end; otherwise the end did not wait for it).
    """

    plan: Plan
    branches: tuple[BranchTime, ...]
    cases_compared: int
    cases_one_branch: int
    overlapping: int
    logged_days: float
    parallel_days: float
    parallel_best_days: float
    saved_share: float | None
    saved_best_share: float | None
    saved: Spread
    saved_best: Spread
    with_deadline: int
    late_logged: int
    late_parallel: int
    late_parallel_best: int
    cases: tuple[CaseTime, ...]

    @property
    def saved_days(self) -> float:
        """Logged less parallel, cautious."""
        return self.logged_days - self.parallel_days

    @property
    def saved_best_days(self) -> float:
        """Logged less parallel, best."""
        return self.logged_days - self.parallel_best_days


@dataclass(frozen=True, slots=True)
class _Block:
    """The measured block of one case, in seconds."""

    case: Case
    logged_s: float
    own_s: dict[str, float]
    span_s: dict[str, float]
    overlapping: bool
    ended_before_case: bool

    @property
    def saved_s(self) -> float:
        return sum(self.own_s.values()) - max(self.span_s.values())

    @property
    def saved_best_s(self) -> float:
        return sum(self.own_s.values()) - max(self.own_s.values())


def branch_names(plan: Plan, activities: Iterable[str]) -> dict[str, str]:
    """Activity -> name of its branch; the first branch that matches has it."""
    named: dict[str, str] = {}
    for activity in sorted(activities):
        for branch in plan.branches:
            if matches(branch.activities, activity):
                named[activity] = activity if branch.each else branch.name
                break
    return named


def compare(walked: Walked, plan: Plan) -> Comparison:
    """Every case with two branches or more, as logged and in parallel."""
    named = branch_names(plan, {step.activity for _, steps in walked for step in steps})
    blocks = [block for case, steps in walked if (block := _block(case, steps, named)) is not None]
    several = [block for block in blocks if len(block.own_s) > 1]
    logged_s = _total(block.logged_s for block in several)
    saved_s = _total(block.saved_s for block in several)
    best_s = _total(block.saved_best_s for block in several)
    dated = [block for block in several if block.case.end_at is not None and block.case.deadline_at is not None]
    return Comparison(
        plan=plan,
        branches=_branch_times(several, named),
        cases_compared=len(several),
        cases_one_branch=len(blocks) - len(several),
        overlapping=sum(block.overlapping for block in several),
        logged_days=logged_s / SECONDS_PER_DAY,
        parallel_days=(logged_s - saved_s) / SECONDS_PER_DAY,
        parallel_best_days=(logged_s - best_s) / SECONDS_PER_DAY,
        saved_share=share(saved_s, logged_s),
        saved_best_share=share(best_s, logged_s),
        saved=spread([block.saved_s for block in several]),
        saved_best=spread([block.saved_best_s for block in several]),
        with_deadline=len(dated),
        late_logged=sum(_late(block, 0.0) for block in dated),
        late_parallel=sum(_late(block, block.saved_s) for block in dated),
        late_parallel_best=sum(_late(block, block.saved_best_s) for block in dated),
        cases=tuple(_case_time(block) for block in several),
    )


def _total(seconds: Iterable[float]) -> float:
    return sum(sorted(seconds))


def _block(case: Case, steps: tuple[Step, ...], named: dict[str, str]) -> _Block | None:
    """The block of one case, or nothing if no branch step of it could be timed."""
    timed = [(named.get(step.activity), step) for step in steps if step.elapsed_s is not None]
    at = [index for index, (branch, _) in enumerate(timed) if branch is not None]
    if not at:
        return None
    inside = timed[at[0] : at[-1] + 1]
    order = [branch for branch, _ in inside if branch is not None]
    return _Block(
        case=case,
        logged_s=(steps[-1].done_at - (steps[0].started_at or steps[0].done_at)).total_seconds(),
        own_s={name: _seconds(inside, name) for name in dict.fromkeys(order)},
        span_s=_spans(inside),
        overlapping=_changes(order) > len(set(order)) - 1,
        ended_before_case=case.end_at is not None and inside[-1][1].done_at <= case.end_at,
    )


def _seconds(inside: Sequence[tuple[str | None, Step]], name: str) -> float:
    return sum(step.elapsed_s or 0.0 for branch, step in inside if branch == name)


def _spans(inside: Sequence[tuple[str | None, Step]]) -> dict[str, float]:
    """Each branch's span less the rest's intervals in it."""
    positions: dict[str, list[int]] = defaultdict(list)
    for index, (branch, _) in enumerate(inside):
        if branch is not None:
            positions[branch].append(index)
    branch_s = [0.0 if branch is None else step.elapsed_s or 0.0 for branch, step in inside]
    return {name: sum(branch_s[where[0] : where[-1] + 1]) for name, where in positions.items()}


def _changes(order: Sequence[str]) -> int:
    """How often the next branch step belongs to another branch: more often than needed means interleaved."""
    return sum(a != b for a, b in pairwise(order))


def _late(block: _Block, saved_s: float) -> bool:
    end_at, deadline_at = block.case.end_at, block.case.deadline_at
    assert end_at is not None and deadline_at is not None
    return end_at - timedelta(seconds=saved_s if block.ended_before_case else 0.0) > deadline_at


def _branch_times(blocks: Sequence[_Block], named: dict[str, str]) -> tuple[BranchTime, ...]:
    """The branches that occur, the longest total first."""
    activities: dict[str, list[str]] = defaultdict(list)
    for activity, name in named.items():
        activities[name].append(activity)
    rows = []
    for name, members in activities.items():
        having = [block for block in blocks if name in block.own_s]
        span = spread([block.span_s[name] for block in having])
        own = spread([block.own_s[name] for block in having])
        if having:
            rows.append(BranchTime(name, tuple(members), len(having), span, own))
    return tuple(sorted(rows, key=lambda row: (-row.span.total_days, row.name)))


def _case_time(block: _Block) -> CaseTime:
    logged, saved, best = (s / SECONDS_PER_DAY for s in (block.logged_s, block.saved_s, block.saved_best_s))
    return CaseTime(block.case.case_id, len(block.own_s), block.overlapping, logged, logged - saved, logged - best)
