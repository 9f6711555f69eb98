"""How good a diagnosis of a made city is: what was found against what was put in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wanjia.kernels.balance.diagnosis.leads import LEAD_GAIN_MIN, Lead
from wanjia.kernels.balance.diagnosis.pairing import Move
from wanjia.kernels.balance.diagnosis.whole import Diagnosis
from wanjia.kernels.balance.made.nouns import City, Theft

TOP = 50


@dataclass(frozen=True)
class Hits:
    """Of one kind of fault: put in, said, and right among the said."""

    true: int
    said: int
    right: int

    @property
    def recall(self) -> float:
        """Share of the true that was found; 1 where there was none."""
        return self.right / self.true if self.true else 1.0

    @property
    def precision(self) -> float:
        """Share of the said that is true; 1 where nothing was said."""
        return self.right / self.said if self.said else 1.0

    def __add__(self, other: "Hits") -> "Hits":
        return Hits(self.true + other.true, self.said + other.said, self.right + other.right)


@dataclass(frozen=True)
class Score:
    """Hits by kind of fault. shares, circuits: thefts by their kind; top: among the first TOP of the ranking.

    wrong: the district that feeds the meter is named too; meters: whether it is or not. A swap is right with its
    partner only, a dead master with its kind.
    """

    wrong: Hits
    meters: Hits
    swaps: Hits
    thefts: Hits
    shares: Hits
    circuits: Hits
    dead: Hits
    top: Hits


def score(city: City, found: Diagnosis) -> Score:
    """Holds what was found against the city's truth; leads below LEAD_GAIN_MIN are in the ranking only."""
    leads = [lead for lead in found.leads if lead.gain >= LEAD_GAIN_MIN]
    wrong = {one.meter: one for one in city.truth.wrong}
    stolen = {theft.meter for theft in city.truth.thefts}

    def is_right(one: Move | Lead) -> bool:
        if isinstance(one, Lead):
            return one.meter in stolen
        return one.meter in wrong and wrong[one.meter].fed_by == one.fed_by

    swapped = [move for move in found.moves if move.partner is not None]
    right_swaps = sum(is_right(move) and wrong[move.meter].partner == move.partner for move in swapped)
    deaths = {(dead.district, dead.kind) for dead in city.truth.dead}
    return Score(
        wrong=_hits(len(wrong), found.moves, is_right),
        meters=_hits(len(wrong), found.moves, lambda one: one.meter in wrong),
        swaps=Hits(sum(one.partner is not None for one in wrong.values()), len(swapped), right_swaps),
        thefts=_hits(len(stolen), leads, is_right),
        shares=_of_kind(city, leads, "share"),
        circuits=_of_kind(city, leads, "circuit"),
        dead=Hits(len(deaths), len(found.dead), sum((one.district, one.kind) in deaths for one in found.dead)),
        top=_hits(len(wrong) + len(stolen), found.ranking[:TOP], is_right),
    )


def _hits(true: int, said: Sequence[Move | Lead], is_right: Callable[[Move | Lead], bool]) -> Hits:
    return Hits(true, len(said), sum(is_right(one) for one in said))


def _of_kind(city: City, leads: Sequence[Lead], kind: str) -> Hits:
    """Recall by kind; what was said wrongly belongs to no kind, so only the right ones count as said."""
    true = {theft.meter for theft in _thefts(city, kind)}
    right = sum(lead.meter in true for lead in leads)
    return Hits(len(true), right, right)


def _thefts(city: City, kind: str) -> list[Theft]:
    return [theft for theft in city.truth.thefts if theft.kind == kind]
