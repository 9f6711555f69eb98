"""What the wires between a main meter and its sub-meters turn into heat, from their length, section and current.

    R    = rho (1 + alpha (t - 20)) length / section       of one conductor, ohm
    loss = conductors x R x sum of I^2 dt                   single phase 2 conductors (out and back), three-phase 3

rho and alpha: copper IEC 60028 (annealed, 1/58 ohm mm2/m, 0.00393 a K), aluminium IEC 60889 (hard drawn, 0.028264,
0.00403). With a mean current alone the loss is that of a steady current, the least that the energy can have cost;
`form_factor` (root mean square over mean) says how uneven it was. With a curve the squares are summed interval by
interval. A three-phase load is taken as even; the neutral of an uneven one loses more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal, TypeAlias

Material: TypeAlias = Literal["copper", "aluminium"]
RHO_OHM_MM2_M: Mapping[Material, float] = {"copper": 1 / 58, "aluminium": 0.028264}
ALPHA_K: Mapping[Material, float] = {"copper": 0.00393, "aluminium": 0.00403}
CONDUCTORS: Mapping[int, int] = {1: 2, 3: 3}
VOLTS: Mapping[int, float] = {1: 220.0, 3: 380.0}
"""GB/T 156: nominal voltage of one phase, and between phases."""


@dataclass(frozen=True)
class Wire:
    """A piece of cable; `current_a` flows for `hours`, or a meter's curve flows through it."""

    id: str
    length_m: float
    section_mm2: float
    material: Material = "copper"
    phases: int = 1
    current_a: float = 0.0
    hours: float = 0.0
    form_factor: float = 1.0
    temperature_c: float = 20.0
    power_factor: float = 0.9

    @property
    def ohm(self) -> float:
        """Resistance of one conductor."""
        warm = 1 + ALPHA_K[self.material] * (self.temperature_c - 20)
        return RHO_OHM_MM2_M[self.material] * warm * self.length_m / self.section_mm2


def steady_loss_kwh(wire: Wire) -> float:
    """The loss at the wire's own current and hours."""
    rms = wire.current_a * wire.form_factor
    return CONDUCTORS[wire.phases] * wire.ohm * rms**2 * wire.hours / 1000


def curve_loss_kwh(wire: Wire, energy_kwh: Sequence[float], minutes: int) -> float:
    """The loss while `energy_kwh` flow through it, one figure for each interval of `minutes`."""
    hours = minutes / 60
    volts = VOLTS[wire.phases] * (sqrt(3) if wire.phases == 3 else 1)
    amps = (1000 * energy / hours / (volts * wire.power_factor) for energy in energy_kwh)
    return CONDUCTORS[wire.phases] * wire.ohm * sum(each**2 for each in amps) * hours / 1000
