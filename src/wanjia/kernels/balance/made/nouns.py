"""What a made city is asked for, what it is, and what is true in it: the nouns of `making`."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from wanjia.model.network import Codes, Flags, Indexes, Measures, Network
from wanjia.model.readings import Block

Curves: TypeAlias = NDArray[np.float32]
TheftKind: TypeAlias = Literal["share", "circuit"]
DeathKind: TypeAlias = Literal["silent", "zero"]

SLOTS = 96
"""Intervals of a made day; a made city keeps one time the whole year, as the demo's zone does."""
HOURS_A_SLOT = 0.25
NEVER = np.iinfo(np.int32).max


@dataclass(frozen=True)
class Injections:
    """How many of each fault to put into a city. A swap is two meters, a move one.

    `thefts` let a share of everything pass the meter, `circuits` the water heater and the cooling; see `Theft`.
    `dead_masters`, `gaps`, `overloads`, `low_voltages` and `unbalances` count districts.
    """

    swaps: int = 0
    moves: int = 0
    thefts: int = 0
    circuits: int = 0
    dead_masters: int = 0
    gaps: int = 0
    overloads: int = 0
    low_voltages: int = 0
    unbalances: int = 0


@dataclass(frozen=True)
class Dirt:
    """What is never quite right, without being a fault that anybody could mend one by one.

    meter_error, master_error: standard deviation of a meter's constant error (0.005 = 0.5 %). clock_minutes: standard
    deviation of how late a meter's clock is. missing_days, missing_runs: share of meter-days without any reading, and
    with a run of up to three hours missing. district_outages: share of district-days on which the concentrator lost
    some hours of all customers. unmetered: share of districts with street lamps that have no meter. phases: share of
    single-phase meters whose phase is another than the books say. habits: share of customers whose habits change for
    good on some day within four weeks: cooling or water heater given up or taken up, somebody moves out or in.
    """

    meter_error: float = 0.005
    master_error: float = 0.003
    clock_minutes: float = 1.0
    missing_days: float = 0.002
    missing_runs: float = 0.002
    district_outages: float = 0.005
    unmetered: float = 0.10
    phases: float = 0.10
    habits: float = 0.04


REAL_DIRT = Dirt()
"""Meters of class 1 and 2, masters of class 0.5S, and a collection rate of 99.7 %."""
NO_DIRT = Dirt(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
"""Only what registers round is left: at most one count a meter and day."""


@dataclass(frozen=True)
class Wrong:
    """A meter that the books have in one district and the wires in another; `partner` is what it was swapped with."""

    meter: int
    booked: int
    fed_by: int
    partner: int | None = None


@dataclass(frozen=True)
class Theft:
    """A meter that is passed by from a day on.

    `share`: of everything, so much goes past. `circuit`: water heater and air conditioner go past, the rest does not;
    `share` is 1 then.
    """

    meter: int
    from_day: int
    kind: TheftKind
    share: float


@dataclass(frozen=True)
class DeadMaster:
    """A master that from a day on sends nothing (`silent`), or noughts (`zero`)."""

    district: int
    from_day: int
    kind: DeathKind


@dataclass(frozen=True)
class Truth:
    """All that was put in. Districts are positions; `unmetered` are the districts with street lamps without a meter."""

    wrong: tuple[Wrong, ...]
    thefts: tuple[Theft, ...]
    dead: tuple[DeadMaster, ...]
    gaps: tuple[int, ...]
    overloads: tuple[int, ...]
    low_voltages: tuple[int, ...]
    unbalances: tuple[int, ...]
    unmetered: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Habits:
    """Which customers change their ways for good, and how, [n]. changes_on: the day; NEVER: not at all.

    level, circuit: factors on the daily curve and on water heater and cooling, before that day where use `grows` on
    it, from it on where it shrinks.
    """

    changes_on: Indexes
    level: Curves
    circuit: Curves
    grows: Flags

    def changed(self, rows: slice, day: int) -> Flags:
        """True where the factors hold on this day."""
        on = self.changes_on[rows]
        found: Flags = ((day < on) == self.grows[rows]) & (on < NEVER)
        return found


@dataclass(frozen=True, eq=False)
class Households:
    """What each meter's use is made of, [n] rows of the table `meters`; masters hold zeros.

    kind: in `making_use.KINDS`. level_kw: mean of the daily curve. standby_kw, heater_kw, cooling_kw: standing use,
    power of the water heater, of the cooling at 10 degrees too warm. shift: slots by which the curve comes later.
    peak_kw: of the panels, for generation. error: factor of the meter (1.0: right). late: share of an interval by which
    its clock is late. unit_kwh: kWh per count, the multiplier included.
    """

    kind: Codes
    level_kw: Curves
    standby_kw: Curves
    heater_kw: Curves
    cooling_kw: Curves
    shift: Indexes
    peak_kw: Curves
    error: Curves
    late: Curves
    unit_kwh: Measures
    habits: Habits


@dataclass(frozen=True, eq=False)
class Wires:
    """What each district's low voltage is like, [d].

    fixed_kw: loss without load (meters, insulation). ohmic: 1/kW, so that ohmic x 3 x (sum over phases of kW squared)
    is the resistive loss in kW. end_ohm: of the wire to the last customer, per phase. lamps_kw: street lamps without a
    meter.
    """

    fixed_kw: Measures
    ohmic: Measures
    end_ohm: Measures
    lamps_kw: Measures


@dataclass(frozen=True, eq=False)
class City:
    """A made city. `network.meters` is what the books say of districts and phases, `fed_by` and `phase` what is so."""

    network: Network
    days: int
    seed: int
    first_weekday: int
    fed_by: Indexes
    phase: Codes
    households: Households
    wires: Wires
    dirt: Dirt
    temperature: Measures
    """Degrees Celsius, [days, SLOTS], the same for everybody."""
    sun: Measures
    """Share of the panels' peak, [days, SLOTS], the same for everybody."""
    truth: Truth


@dataclass(frozen=True, eq=False)
class MadeDay:
    """One day: the readings as they come in, and by district what they should add up to.

    technical_kwh, unmetered_kwh, stolen_kwh: [d, SLOTS]; together they are what a perfect balance shows as loss, but
    for wrong districts. phase_kw: [d, 3, SLOTS], what each phase takes from the transformer (negative: gives).
    """

    block: Block
    technical_kwh: Measures
    unmetered_kwh: Measures
    stolen_kwh: Measures
    phase_kw: Measures
