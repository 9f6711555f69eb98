"""Which activities came in either order: a hint, from the log alone, at what could run side by side."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from wanjia.kernels.history.steps import Step
from wanjia.kernels.history.timing import Walked

EITHER_ORDER_SHARE_MIN = 0.10
"""The rarer order must make up this share of the cases with both. Below it the rarer order is as likely an exception
or a slip of the clock as a freedom of the process."""

BOTH_CASES_MIN = 20
"""Cases with both activities, below which a share of one in ten rests on a single case or two."""

OTHER_GROUP_SHARE_MIN = 0.5
"""Two activities belong to different groups if in this share of the cases with both, different groups did them."""


MAIN_CASES_SHARE_MIN = 0.5
"""Only activities that occur in this share of the cases enter the proposal: rare ones are too few to show their order,
and one of them in a fixed order would tie all branches together."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two activities, by their first completions in the cases with both."""

    first: str
    second: str
    cases_both: int
    first_before: int
    second_before: int
    other_group: int

    @property
    def either_order_share(self) -> float:
        """Share of the rarer order."""
        return min(self.first_before, self.second_before) / self.cases_both

    @property
    def offered(self) -> bool:
        """Whether the pair passes the three thresholds."""
        return (
            self.cases_both >= BOTH_CASES_MIN
            and self.either_order_share >= EITHER_ORDER_SHARE_MIN
            and self.other_group / self.cases_both >= OTHER_GROUP_SHARE_MIN
        )


def pairs(walked: Walked) -> tuple[Pair, ...]:
    """Every two activities that occur in one case, the freest order first."""
    both: Counter[tuple[str, str]] = Counter()
    before: Counter[tuple[str, str]] = Counter()
    other: Counter[tuple[str, str]] = Counter()
    for _, steps in walked:
        # Steps stand in order of completion, so the earlier key was done first.
        firsts = _firsts(steps)
        for (early, early_step), (late, late_step) in combinations(firsts.items(), 2):
            key = (early, late) if early < late else (late, early)
            both[key] += 1
            before[early, late] += 1
            other[key] += early_step.group != late_step.group
    rows = [Pair(a, b, n, before[a, b], before[b, a], other[a, b]) for (a, b), n in both.items()]
    return tuple(sorted(rows, key=lambda row: (-row.either_order_share, -row.cases_both, row.first, row.second)))


def _firsts(steps: Iterable[Step]) -> dict[str, Step]:
    firsts: dict[str, Step] = {}
    for step in steps:
        firsts.setdefault(step.activity, step)
    return firsts


def main_activities(walked: Walked) -> frozenset[str]:
    """The activities of the main way: those that occur in enough of the cases."""
    cases = Counter(name for _, steps in walked for name in {step.activity for step in steps})
    return frozenset(name for name, n in cases.items() if n >= MAIN_CASES_SHARE_MIN * len(walked))


def proposed_branches(found: Iterable[Pair], main: frozenset[str]) -> tuple[frozenset[str], ...]:
    """Branches such that activities of different branches come in either order.

    The activities of the offered pairs on the main way are joined wherever two of them are *not* free of each other
    (they have a fixed order, or the same group does both); what hangs together is one branch (the parallel cut of
    process discovery).
    Fewer than two branches: nothing can be proposed.
    """
    offered = {(pair.first, pair.second) for pair in found if pair.offered and {pair.first, pair.second} <= main}
    names = sorted({name for pair in offered for name in pair})
    bound: dict[str, set[str]] = defaultdict(set)
    for a, b in combinations(names, 2):
        if (a, b) not in offered:
            bound[a].add(b)
            bound[b].add(a)
    branches: list[frozenset[str]] = []
    left = set(names)
    while left:
        branch = _reachable(min(left), bound)
        branches.append(frozenset(branch))
        left -= branch
    return tuple(branches) if len(branches) > 1 else ()


def _reachable(start: str, bound: dict[str, set[str]]) -> set[str]:
    """All activities that hang together with `start`."""
    seen = {start}
    todo = [start]
    while todo:
        fresh = bound[todo.pop()] - seen
        seen |= fresh
        todo.extend(sorted(fresh))
    return seen
