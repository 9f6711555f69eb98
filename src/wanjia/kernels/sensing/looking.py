"""One look at the evidence: which districts matter now, their counts, their weights, and the best explanation."""

from dataclasses import dataclass
from math import exp

import numpy as np

from wanjia.kernels.sensing import counting, weighing
from wanjia.kernels.sensing.choosing import choose, disagreement
from wanjia.kernels.sensing.counting import ALIVE, BEAT_SILENT, COLUMNS, GASPED, TERMINAL, Spans
from wanjia.kernels.sensing.grid import Grid
from wanjia.kernels.sensing.memory import FREE, NEVER, Memory
from wanjia.kernels.sensing.nouns import Bools, Bytes, Evidence, Floats, Ints
from wanjia.kernels.sensing.parameters import Parameters
from wanjia.kernels.sensing.relatives import nearest_onset
from wanjia.kernels.sensing.weighing import IMPOSSIBLE, Odds

TENTHS = 10
"""Of a second in a second."""
DUE_MIN = 3.0
"""Heartbeats that must have been due from a district before its silence, or its voice, counts for the share."""
CONFIDENCE_MAX = 0.999
"""The model is never surer than this of itself."""


@dataclass(frozen=True, eq=False)
class Model:
    """The parameters as the compiled loops take them, and the odds of every candidate."""

    parameters: Parameters
    spans: Spans
    odds: Odds
    candidate_odds: Floats


@dataclass(frozen=True)
class Element:
    """One device of the best explanation: candidate (or NONE), its ranks, what its key is called among outages.

    `key` is the candidate's number, or -1 - rank for a part of that district.
    """

    key: int
    begin: int
    end: int
    score: float
    margin: float

    @property
    def is_part(self) -> bool:
        """Whether only a part of one district is dark."""
        return self.key < 0

    @property
    def confidence(self) -> float:
        """Probability of this device against the next best explanation."""
        return min(CONFIDENCE_MAX, 1.0 / (1.0 + exp(-max(min(self.margin, 50.0), -50.0))))


@dataclass(frozen=True, eq=False)
class Sight:
    """What one look showed: by rank the counts, the time counted around, the weights; and the explanation."""

    counts: Ints
    since: Ints
    dark: Floats
    elements: tuple[Element, ...]


def model_of(grid: Grid, parameters: Parameters) -> Model:
    """The figures of a grid, in the units of the loops."""
    p = parameters
    beat, terminal_beat = p.beating_rounds * p.heartbeat_seconds, p.beating_rounds * p.terminal_heartbeat_seconds
    fresh, cluster = round(TENTHS * p.fresh_seconds), round(TENTHS * p.cluster_seconds)
    sooner = round(TENTHS * (p.gasp_delay_seconds - p.terminal_gasp_delay_seconds))
    # Half of the delay is left to clocks and to the width of the histogram.
    sure = round(TENTHS * p.gasp_delay_seconds / 2)
    spans = Spans(fresh, sooner, sure, cluster, round(TENTHS * beat), round(TENTHS * terminal_beat))
    odds = Odds(
        p.gasp_delivered_share, p.gasp_late_share, p.gasp_spread_seconds, p.lateness_max_seconds,
        p.stray_per_meter_hour * p.judged_seconds / 3600.0, p.heartbeat_seconds, p.terminal_heartbeat_seconds,
        p.wrong_life_share, p.meters_off_share, p.stray_stays_silent_share, p.terminal_stays_silent_share,
        p.silent_before_share, p.falls_silent_share, p.silent_with_outage_share, p.silent_after_share,
        p.false_return_share,
    )  # fmt: skip
    return Model(p, spans, odds, np.where(grid.switching, p.open_odds_log, p.break_odds_log))


def look(grid: Grid, memory: Memory, now: int, model: Model, covered: Bools) -> Sight | None:
    """The evidence at a time (tenths); None when nothing speaks for any outage."""
    minded = np.flatnonzero((memory.attention != 0) | (memory.held != FREE)).astype(np.int32)
    if not len(minded):
        return None
    counts = np.zeros((grid.districts, COLUMNS), dtype=np.int32)
    since = np.full(grid.districts, NEVER, dtype=np.int32)
    dark, part = np.zeros(grid.districts), np.full(grid.districts, IMPOSSIBLE)
    _count(grid, memory, minded, now, model, since.copy(), counts, since)
    _weigh(memory, minded, now, model.odds, counts, since, dark, part)
    calm = minded[(since[minded] == NEVER)]
    memory.attention[calm] = 0
    alarming = minded[(np.maximum(dark, part)[minded] > 0) | (memory.held[minded] != FREE)]
    if not len(alarming):
        return None
    trees = np.unique(grid.tree[alarming])
    inside = _inside(grid, trees)
    # Trees without alarm are left as if nobody had looked: what is elsewhere must not matter to anyone.
    counts[~inside], since[~inside], dark[~inside], part[~inside] = 0, NEVER, 0.0, IMPOSSIBLE
    others = _without(inside, alarming)
    _count(grid, memory, others, now, model, nearest_onset(grid, since, alarming), counts, since)
    for tree in trees.tolist():
        ranks = slice(int(grid.begin[tree]), int(grid.end[tree]))
        judged = ranks.start + np.flatnonzero(since[ranks] != NEVER).astype(np.int32)
        of_tree = _with_silence(model, counts[ranks], since[ranks], now, memory.held[ranks])
        _weigh(memory, judged, now, of_tree, counts, since, dark, part)
    part[covered] = IMPOSSIBLE
    free = np.where(covered, model.parameters.planned_bias, dark)
    spoke = (counts[:, GASPED] + counts[:, TERMINAL + GASPED] > 0) & (dark > 0) & ~covered
    odds = np.where(_all_freed(grid, memory), model.parameters.rest_odds_log, model.candidate_odds)
    return Sight(counts, since, dark, _explain(grid, model, odds, free, part, np.where(spoke, since, NEVER)))


def _all_freed(grid: Grid, memory: Memory) -> Bools:
    """Candidates whose districts are all in outages of which some part is back, [candidates]."""
    before = np.concatenate(([0], np.cumsum(memory.freed != NEVER)))
    found: Bools = before[grid.end] - before[grid.begin] == grid.end - grid.begin
    return found


def _count(
    grid: Grid, memory: Memory, ranks: Ints, now: int, model: Model, given: Ints, counts: Ints, since: Ints
) -> None:
    counting.count(
        ranks, memory.cells, grid.first_meter, now, model.spans, memory.onset, memory.held, memory.back,
        given, counts, since,
    )  # fmt: skip


def _weigh(
    memory: Memory, ranks: Ints, now: int, odds: Odds, counts: Ints, since: Ints, dark: Floats, part: Floats
) -> None:
    weighing.weigh(ranks, counts, since, now, odds, memory.held, memory.back, memory.freed, dark, part)


def _with_silence(model: Model, counts: Ints, since: Ints, now: int, held: Bytes) -> Odds:
    """The odds with the share of a tree's districts that are silent without a gasp though heartbeats were due.

    Those that an outage explains already say nothing of it.
    """
    p = model.parameters
    due = counts[:, BEAT_SILENT] * np.minimum(1.0, (now - since) / (TENTHS * p.heartbeat_seconds))
    judged = (due + counts[:, ALIVE] >= DUE_MIN) & (held == FREE)
    mute = judged & (counts[:, ALIVE] == 0) & (counts[:, GASPED] + counts[:, TERMINAL + GASPED] == 0)
    share = float(mute.sum() / max(int(judged.sum()), 1))
    return model.odds._replace(falls_silent=min(max(model.odds.falls_silent, share), 1.0 - weighing.SHARE_MIN))


def _inside(grid: Grid, trees: Ints) -> Bools:
    """The ranks in these trees, [districts]."""
    found = np.zeros(grid.districts, dtype=np.bool_)
    for tree in trees.tolist():
        found[grid.begin[tree] : grid.end[tree]] = True
    return found


def _without(inside: Bools, alarming: Ints) -> Ints:
    """The other ranks in the trees of the alarming: their silence or life speaks for or against devices upstream.

    Those with a gasp that convinces nobody too: it may be a stray one; what counts is what they say since the alarm.
    """
    wanted = inside.copy()
    wanted[alarming] = False
    return np.flatnonzero(wanted).astype(np.int32)


def _explain(grid: Grid, model: Model, odds: Floats, dark: Floats, part: Floats, times: Ints) -> tuple[Element, ...]:
    part_odds = model.parameters.part_odds_log
    apart = disagreement(
        grid.begin, grid.end, times, model.parameters.together_seconds * TENTHS, -model.parameters.open_odds_log
    )
    chosen, parts, score, inside = choose(
        grid.begin, grid.end, grid.parent, grid.leaf, odds - apart, dark, part, part_odds
    )
    elements = [_element(grid, int(g), score, inside) for g in chosen]
    for r in parts.tolist():
        gain = float(part[r] + part_odds)
        elements.append(Element(-1 - r, r, r + 1, gain, gain - max(0.0, float(score[grid.leaf[r]]))))
    return tuple(elements)


def _element(grid: Grid, g: int, score: Floats, inside: Floats) -> Element:
    margin = float(score[g] - max(0.0, inside[g]))
    above = int(grid.parent[g])
    if above >= 0:  # what the tree around it scores best, against the next device upstream
        margin = min(margin, float(inside[above] - score[above]))
    return Element(g, int(grid.begin[g]), int(grid.end[g]), float(score[g]), margin)


def evidence_of(sight: Sight, ranks: Ints, log_odds: float) -> Evidence:
    """The counts below a device, added up."""
    counts = sight.counts[ranks]
    sums = counts.sum(axis=0)
    gasped, alive, silent = (int(n) for n in sums[:3])
    heard = counts[:, counting.GASPED] + counts[:, counting.ALIVE]
    return Evidence(
        gasped + alive + silent, gasped, alive, silent, int(sums[TERMINAL]), int(sums[TERMINAL + 1]),
        int(((heard == 0) & (counts[:, counting.SILENT] > 0)).sum()), round(log_odds, 2),
    )  # fmt: skip


def speakers(sight: Sight, ranks: Ints) -> int:
    """Voices that speak for darkness, each by itself: devices that gasped, terminals whose heartbeats stopped, and as
    one voice a district's meters whose heartbeats all stopped, since they share what carries their words.

    One meter's gasp never makes an outage of a district.
    """
    counts = sight.counts[ranks]
    gasped = int(counts[:, counting.GASPED].sum() + counts[:, TERMINAL + counting.GASPED].sum())
    stopped = counts[:, TERMINAL + counting.BEAT_GASPED].sum() + counts[:, TERMINAL + counting.BEAT_SILENT].sum()
    mute = (counts[:, counting.BEAT_SILENT] > 0) & (counts[:, counting.ALIVE] == 0)
    return gasped + int(stopped) + int(mute.sum())
