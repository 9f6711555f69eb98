"""Planned work under way and its overrun; meters that stay dark after their district came back."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from wanjia.kernels.sensing.counting import still_dark
from wanjia.kernels.sensing.grid import Grid
from wanjia.kernels.sensing.ledger import Held, Ledger, Moment, end_outage
from wanjia.kernels.sensing.looking import TENTHS, evidence_of
from wanjia.kernels.sensing.memory import DARK, FREE, NEVER
from wanjia.kernels.sensing.nouns import METER, SECTION, Change, Ints, Outage, Plan
from wanjia.kernels.sensing.plans import is_covering

SURE_ODDS_LOG = 5.0
"""Log-likelihood ratio from which a district under planned work counts as dark: 150 to 1."""
MOST = 0.5
"""Share of a plan's districts that must be dark, or lit again, for its work to have begun, or ended."""
STILL_DARK_CONFIDENCE = 0.9
"""Gasped, and silent through two heartbeats each delivered at 0.95: the meter itself may have failed."""


def follow_works(ledger: Ledger, moment: Moment, plans: tuple[Plan, ...]) -> Iterator[Change]:
    """Planned work that begins, ends, or outlasts its window."""
    for number, plan in enumerate(plans):
        begun = number in ledger.works
        if not begun and is_covering(plan, moment.at, moment.model.parameters):
            yield from _begin(ledger, moment, number, plan)
        elif begun:
            yield from _follow(ledger, moment, number, plan)


def _begin(ledger: Ledger, moment: Moment, number: int, plan: Plan) -> Iterator[Change]:
    ranks = np.arange(plan.begin, plan.end, dtype=np.int32)
    dark = _surely_dark(moment, plan)
    if len(dark) < MOST * len(ranks):
        return
    memory, grid = moment.memory, moment.grid
    _hold(moment, dark)
    delay = round(TENTHS * moment.model.parameters.gasp_delay_seconds)
    outage = Outage(
        ledger.next_number(), plan.device_id, _level(grid, plan),
        moment.milliseconds(int(np.median(memory.onset[dark])) - delay), moment.at, None,
        tuple(sorted(grid.district[ranks].tolist())), int(grid.customers[ranks].sum()), "planned", True, 1.0,
        evidence_of(moment.sight, ranks, 0.0),
    )  # fmt: skip
    ledger.works[number] = Held(outage, NEVER, dark)
    yield Change("planned", moment.at, outage)


def _surely_dark(moment: Moment, plan: Plan) -> Ints:
    """Districts of a plan that are dark by now, as was planned."""
    ranks = np.arange(plan.begin, plan.end, dtype=np.int32)
    return ranks[(moment.sight.dark[ranks] > SURE_ODDS_LOG) & moment.covered[ranks]]


def _hold(moment: Moment, dark: Ints) -> None:
    memory = moment.memory
    new = dark[memory.held[dark] == FREE]
    memory.onset[new], memory.held[new] = moment.sight.since[new], DARK


def _level(grid: Grid, plan: Plan) -> int:
    same = np.flatnonzero((grid.begin == plan.begin) & (grid.end == plan.end))
    return int(grid.level[same[0]]) if len(same) else SECTION


def _follow(ledger: Ledger, moment: Moment, number: int, plan: Plan) -> Iterator[Change]:
    work = ledger.works[number]
    more = _surely_dark(moment, plan)
    _hold(moment, more)
    work.ranks = np.union1d(work.ranks, more).astype(np.int32)
    lit = moment.sight.dark[work.ranks] < 0
    if lit.sum() >= MOST * len(lit):
        del ledger.works[number]
        yield end_outage(ledger, moment, work)
    elif not is_covering(plan, moment.at, moment.model.parameters):
        del ledger.works[number]
        ledger.overrun[work.ranks[~lit]] = plan.ends_at
        yield Change("planned_ended", moment.at, replace(work.outage, ends_at=plan.ends_at))


def watch_late(ledger: Ledger, moment: Moment) -> Iterator[Change]:
    """Meters that gasped with their district and are silent long after it came back: a fault nested in the first."""
    memory, p = moment.memory, moment.model.parameters
    cluster = round(TENTHS * p.cluster_seconds)
    waited = memory.back != NEVER
    due = np.flatnonzero(waited & (moment.now - memory.back >= TENTHS * p.residual_seconds)).astype(np.int32)
    for r in due.tolist():
        grid = moment.grid
        begin, end = int(grid.first_meter[r]), int(grid.first_meter[r + 1])
        count = still_dark(memory.cells, begin, end, int(memory.back_onset[r]) - cluster, int(memory.back[r]))
        if count and r not in ledger.late:
            ledger.late[r] = _late_outage(ledger, moment, r, count)
            yield Change("split", moment.at, ledger.late[r])
        elif count and count != ledger.late[r].customers:
            ledger.late[r] = replace(ledger.late[r], customers=count, revisions=ledger.late[r].revisions + 1)
            yield Change("shrunk", moment.at, ledger.late[r])
        elif not count:
            memory.back[r] = NEVER
            if r in ledger.late:
                yield Change("ended", moment.at, replace(ledger.late.pop(r), ends_at=moment.at))


def _late_outage(ledger: Ledger, moment: Moment, r: int, count: int) -> Outage:
    grid, memory = moment.grid, moment.memory
    row = int(grid.district[r])
    delay = round(TENTHS * moment.model.parameters.gasp_delay_seconds)
    starts_at = moment.milliseconds(int(memory.back_onset[r]) - delay)
    evidence = evidence_of(moment.sight, _one(r), 0.0)
    return Outage(
        ledger.next_number(), str(grid.network.districts.ids[row]), METER, starts_at, moment.at, None, (row,), count,
        "still_dark", False, STILL_DARK_CONFIDENCE, evidence,
    )  # fmt: skip


def _one(r: int) -> Ints:
    return np.array([r], dtype=np.int32)
