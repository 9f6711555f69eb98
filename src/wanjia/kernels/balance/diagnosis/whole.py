"""The whole diagnosis of some weeks: dead masters, meters on the wrong district, abnormal-use leads, causes."""

from dataclasses import dataclass

from wanjia.kernels.balance.diagnosis.causes import Cause, find_causes
from wanjia.kernels.balance.diagnosis.hourly import Hourly, Losses, losses_of
from wanjia.kernels.balance.diagnosis.leads import LEAD_GAIN_MIN, Lead, find_leads
from wanjia.kernels.balance.diagnosis.masters import Dead, dead_masters
from wanjia.kernels.balance.diagnosis.pairing import GAIN_MIN, Move, find_moves, near_districts
from wanjia.model.network import Codes, Districts


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """What was found. losses: as the books have them; righted: with the moves carried out. causes: [d], by district.

    Meters and districts are positions in the lists that the hours were gathered with.
    """

    losses: Losses
    righted: Losses
    dead: tuple[Dead, ...]
    moves: tuple[Move, ...]
    leads: tuple[Lead, ...]
    causes: tuple[tuple[Cause, ...], ...]

    @property
    def ranking(self) -> tuple[Move | Lead, ...]:
        """Moves and leads together, by how far each is above what is asked of its kind, most certain first."""
        every: list[Move | Lead] = [*self.moves, *self.leads]
        return tuple(sorted(every, key=lambda one: -_margin(one)))


def _margin(one: Move | Lead) -> float:
    return one.gain - (GAIN_MIN if isinstance(one, Move) else LEAD_GAIN_MIN)


def diagnose(hours: Hourly, phase: Codes, table: Districts, lead_gain_min: float = LEAD_GAIN_MIN) -> Diagnosis:
    """Looks into the districts of `table`, whose meters `hours` holds; phase: [n] of PHASES, as the books have it.

    A meter is held against the districts in `table` only: give the neighbours of a district that is looked into, too.
    """
    losses = losses_of(hours, phase)
    dead = dead_masters(hours)
    moves, righted = find_moves(hours, losses, near_districts(table))
    leads = find_leads(hours, righted, moves, lead_gain_min)
    sure = [lead for lead in leads if lead.gain >= LEAD_GAIN_MIN]
    return Diagnosis(losses, righted, dead, moves, leads, find_causes(hours, losses, moves, sure, dead))
