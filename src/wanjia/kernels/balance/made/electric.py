"""Currents and voltages of a made day: what a transformer's terminal and the last customer's meter would show."""

from dataclasses import dataclass

import numpy as np

from wanjia.kernels.balance.made.city import END_SHARE, NOMINAL_VOLTS
from wanjia.kernels.balance.made.nouns import City, MadeDay
from wanjia.model.network import Measures

POWER_FACTOR = 0.95
TERMINAL_VOLTS = 231.0
"""Tap position for the last customer's sake: some 5 % over nominal without load."""
IMPEDANCE = 0.04
"""Of the transformer, as a share of nominal at full load."""


@dataclass(frozen=True, eq=False)
class MadePhases:
    """Of every district, [d, 3, SLOTS]: amperes at the transformer, volts there, and volts at the last customer."""

    amperes: Measures
    terminal_volts: Measures
    end_volts: Measures


def make_phases(city: City, made: MadeDay) -> MadePhases:
    """Currents by kW / (V cos phi); voltages fall by the transformer's impedance and along the wire to its end."""
    lost = (made.technical_kwh + made.unmetered_kwh)[:, None] / 3 * 4
    kilowatts = made.phase_kw + lost
    amperes = np.abs(kilowatts) * 1000 / (NOMINAL_VOLTS * POWER_FACTOR)
    full = city.network.districts.capacity_kva[:, None, None] * 1000 / 3 / NOMINAL_VOLTS
    signed = np.sign(kilowatts) * amperes
    terminal = TERMINAL_VOLTS - signed / full * IMPEDANCE * NOMINAL_VOLTS
    end = terminal - signed * END_SHARE * city.wires.end_ohm[:, None, None]
    return MadePhases(amperes, terminal, end)
