"""What a meter that counts a fixed part of the truth may suffer from, by the ratio of the truth to its reading.

A three-phase meter with one phase not measured counts two thirds: the truth is 1.5 times the reading; with two phases
3 times. A current transformer entered with another ratio than it has gives the quotient of two standard primary
currents (GB/T 20840.2: 10, 12.5, 15, 20, 25, 30, 40, 50, 60, 75 and their decimal multiples); only quotients of
neighbours are looked for, for nearly every figure is near some quotient. It is evidence of where to look first, never a
finding: only a test on site is one.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["phase_missing", "two_phases_missing", "multiplier", "follows"]
TOLERANCE = 0.03
"""Relative; a meter of class 2, a transformer of class 0.5 and some loss together."""
TOLERANCE_RATIO = 0.015
"""Narrower, for there are more of them."""
QUOTIENTS = (0.2, 0.25, 0.4, 0.5, 0.6, 0.75, 0.8, 1.2, 1.25, 4 / 3, 5 / 3, 2.0, 2.5, 4.0, 5.0)
"""Of standard primary currents that are next to each other, or next but one."""
PHASES: tuple[tuple[float, Kind], ...] = ((1.5, "phase_missing"), (3.0, "two_phases_missing"))
RATIO_LEAST_OFF = 0.08
"""Nearer to one, loss and the meters' classes say as much."""


@dataclass(frozen=True)
class Likely:
    """A kind of trouble and the exact ratio that it would have; `follows` has none."""

    kind: Kind
    ratio: float


def missing_phases(ratio: float | Fraction) -> Kind | None:
    """Whether the truth is that of a meter with phases that are not measured."""
    return next((kind for exact, kind in PHASES if abs(float(ratio) / exact - 1) <= TOLERANCE), None)


def likely(ratio: float) -> Likely:
    """The trouble whose ratio is nearest, phases before transformers; `follows` when none fits."""
    for exact, kind in PHASES:
        if missing_phases(ratio) == kind:
            return Likely(kind, exact)
    exact = min(QUOTIENTS, key=lambda each: abs(ratio / each - 1))
    fits = abs(ratio / exact - 1) <= TOLERANCE_RATIO
    return Likely("multiplier", exact) if fits else Likely("follows", ratio)
