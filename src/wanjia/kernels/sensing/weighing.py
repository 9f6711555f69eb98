"""Compiled: by how much dark is likelier than lit, for every district. The formulas of the statistical model.

Let n devices of a district be counted: G gasped, A alive after the onset, S silent. Of those sent, a gasp has arrived
by now with probability p; a lit device gasped for its own reasons with probability s, and its heartbeat was due and
arrived with probability h. Communication may be whole or lost. Then, each term a natural logarithm of a likelihood:

  dark, whole      log(1-c)  + G log p + S log(1-p)            + A log e
  dark, lost       log(c/2)  + [G = 0, else G log e]           + A log e      nothing came through at all
  dark, failing    log(c/2)  + log B(G+1, S+1)                 + A log e      it failed while gasps came in
  lit, whole       log(1-u)  + G log s + missed heartbeats
  lit, lost        log(u)    + G log s
  part dark        log 4 B(G+1, S+A+4) + missed heartbeats of S               an unknown, rather small share

c is the share of concentrators that fall silent with their transformer; u the share silent anyway (already before, or
just now); e the share of dark meters that seem alive. B is the beta function: the probability of one sequence of G and
S when the share itself is unknown (Bayes 1763, uniform prior). Terminals are weighed by the same formula with n = 1 and
communication of their own. Without any gasp a district's silence never speaks for darkness; it is at most neutral.
When many districts of a tree are silent without a gasp, u is their share: then the silence is the network's own.

Once a part of an announced outage is lit again, or a district's terminal says that it is back, the rest is weighed
against being back with its words not yet here:

  back             log((1-q) ((1-p)(1-h))^G + q),   q: the share that does not come back with its district; 1 if G = 0

Communication lost makes a silent district cost a few units at most, however many meters
it has, and in nobody's favour: silence is not darkness.
"""

from math import exp, lgamma, log
from typing import NamedTuple

from wanjia.compiled import loop
from wanjia.kernels.sensing.counting import (
    ALIVE,
    BEAT_GASPED,
    BEAT_SILENT,
    GASPED,
    RETURNED,
    SILENT,
    TERMINAL,
    TERMINAL_RETURNED,
)
from wanjia.kernels.sensing.memory import DARK, NEVER
from wanjia.kernels.sensing.nouns import Bytes, Floats, Ints

TENTHS = 10.0
"""Of a second in a second."""
SHARE_MIN = 1e-9
"""Probabilities are kept this far from 0 and 1."""
IMPOSSIBLE = -1e9
"""Logarithm of the odds of what is ruled out."""


class Odds(NamedTuple):
    """What the formulas take from the parameters; seconds and shares."""

    delivered: float
    late: float
    spread: float
    lateness: float
    stray: float
    beat: float
    terminal_beat: float
    wrong_life: float
    off: float
    stays_silent: float
    terminal_stays_silent: float
    silent_before: float
    falls_silent: float
    silent_with: float
    silent_after: float
    false_return: float


@loop()
def _arrived(elapsed: float, odds: Odds) -> float:
    """Probability that a gasp sent about `elapsed` seconds ago has arrived."""
    prompt = 1.0 - exp(-(elapsed + 0.5 * odds.spread) / odds.spread)
    late = min(1.0, elapsed / odds.lateness)
    return odds.delivered * ((1.0 - odds.late) * prompt + odds.late * late)


@loop()
def _heard(elapsed: float, beat: float, odds: Odds) -> float:
    """Probability that at least one heartbeat of a lit device was due and arrived in `elapsed` seconds."""
    arrives = odds.delivered * (1.0 - odds.late)
    rounds = elapsed / beat
    heard: float = arrives * rounds if rounds < 1.0 else 1.0 - (1.0 - arrives) ** rounds
    return heard


@loop()
def _log(share: float) -> float:
    return log(min(max(share, SHARE_MIN), 1.0))


@loop()
def _either(one: float, other: float) -> float:
    """log(exp(one) + exp(other)) without overflow."""
    high, low = max(one, other), min(one, other)
    return high + log(1.0 + exp(low - high))


@loop()
def _sequence(one: int, other: int) -> float:
    """log B(one + 1, other + 1)."""
    beta: float = lgamma(one + 1.0) + lgamma(other + 1.0) - lgamma(one + other + 2.0)
    return beta


@loop()
def _some(one: int, other: int) -> float:
    """log of B(one + 1, other + 4) / B(1, 4): a share that is more often small."""
    return _sequence(one, other + 3) + log(4.0)


@loop()
def _lit(of: Ints, elapsed: float, beat: float, stays_silent: float, odds: Odds) -> tuple[float, float]:
    """Logarithm of the likelihood of the counts when lit, and the missed heartbeats of the silent."""
    heard = _heard(elapsed, beat, odds)
    missed = of[BEAT_SILENT] * _log(odds.off + (1.0 - odds.off) * (1.0 - heard))
    missed_gasped = of[BEAT_GASPED] * _log(stays_silent + (1.0 - stays_silent) * (1.0 - heard))
    was_heard = of[ALIVE] + of[BEAT_SILENT] + of[BEAT_GASPED] > 0
    silent = odds.falls_silent if was_heard else odds.silent_before
    whole = _log(1.0 - silent) + missed + missed_gasped
    return of[GASPED] * _log(odds.stray) + _either(whole, _log(silent)), missed


@loop()
def _dark(of: Ints, elapsed: float, odds: Odds) -> float:
    arrived = _arrived(elapsed, odds)
    whole = _log(1.0 - odds.silent_with) + of[GASPED] * _log(arrived) + of[SILENT] * _log(1.0 - arrived)
    lost = _log(0.5 * odds.silent_with) + of[GASPED] * _log(odds.wrong_life)
    failing = _log(0.5 * odds.silent_with) + _sequence(of[GASPED], of[SILENT])
    dark: float = _either(whole, _either(lost, failing)) + of[ALIVE] * _log(odds.wrong_life)
    return dark


@loop()
def _back(of: Ints, elapsed: float, beat: float, silent: float, odds: Odds) -> float:
    """Logarithm of the likelihood that all is back for `elapsed` seconds and those that gasped were not heard yet."""
    unheard = (1.0 - _arrived(elapsed, odds)) * (1.0 - _heard(elapsed, beat, odds))
    whole = _log(1.0 - silent) + of[GASPED] * _log(unheard)
    return _either(whole, _log(silent)) if of[GASPED] else 0.0


@loop()
def _not_back(meters: Ints, terminal: Ints, returned: int, elapsed: float, odds: Odds) -> float:
    """Log-likelihood ratio of dark against back for `elapsed` seconds."""
    quiet = max(odds.silent_after, odds.falls_silent)
    were_heard = _back(meters, elapsed, odds.beat, quiet, odds)
    were_heard += _back(terminal, elapsed, odds.terminal_beat, odds.falls_silent, odds)
    alive = _log(odds.false_return if returned else odds.wrong_life)
    found: float = -were_heard + meters[ALIVE] * _log(odds.wrong_life) + terminal[ALIVE] * alive
    return found


@loop()
def weigh(
    ranks: Ints, counts: Ints, since: Ints, now: int, odds: Odds, held: Bytes, back: Ints, freed: Ints, dark: Floats,
    part: Floats,
) -> None:  # fmt: skip
    """Fills `dark` and `part`: logarithms of the likelihood ratios against lit, [ranks]; 0 and IMPOSSIBLE where none.

    A district that was dark, or is back, is not tried as a part: its late `restored` events would look like one.
    """
    for i in range(len(ranks)):
        r = ranks[i]
        dark[r], part[r] = 0.0, IMPOSSIBLE
        if since[r] == NEVER:
            continue
        elapsed = max(now - since[r], 0) / TENTHS
        meters, terminal = counts[r, :TERMINAL], counts[r, TERMINAL:RETURNED]
        lit, missed = _lit(meters, elapsed, odds.beat, odds.stays_silent, odds)
        lit_terminal, _ = _lit(terminal, elapsed, odds.terminal_beat, odds.terminal_stays_silent, odds)
        if meters[GASPED] + meters[ALIVE] + meters[SILENT]:
            dark[r] += _dark(meters, elapsed, odds) - lit
        if terminal[GASPED] + terminal[ALIVE] + terminal[SILENT]:
            dark[r] += _dark(terminal, elapsed, odds) - lit_terminal
        if meters[GASPED] + terminal[GASPED] == 0:
            dark[r] = min(dark[r], 0.0)
        elif held[r] == DARK and freed[r] != NEVER:
            elapsed = max(now - freed[r], 0) / TENTHS
            dark[r] = min(dark[r], _not_back(meters, terminal, counts[r, TERMINAL_RETURNED], elapsed, odds))
        if meters[GASPED] > 1 and held[r] != DARK and back[r] == NEVER:
            part[r] = _some(meters[GASPED], meters[SILENT] + meters[ALIVE]) + missed - lit
