"""Reliability foretold from what fails how often: contingency by contingency over the topology.

For each component that can fail: the protecting devices around it trip; then crews cut it off with the nearest
switches and feed whoever can be fed, from either side; the rest waits for the repair. Whoever came back by switching
was out for the switching time, the others for the repair time (Billinton and Allan, Reliability Evaluation of Power
Systems, chapters 7 and 8; additive rates, one failure at a time).
"""

from dataclasses import dataclass

import numpy as np

from wanjia.kernels.topology.compiled import Topology
from wanjia.kernels.topology.plans import Zones, isolate, restore, trip
from wanjia.kernels.topology.tracing import BASE, Dark, trace
from wanjia.model.network import Counts, Flags, Indexes, Measures

HOURS_A_YEAR = 8760


@dataclass(frozen=True, eq=False)
class Failures:
    """What can fail: branch, failures a year, hours to repair; [failures]."""

    branch: Indexes
    per_year: Measures
    repair_hours: Measures


@dataclass(frozen=True, eq=False)
class LoadPoints:
    """Where somebody is supplied: node, customers, average load in kW; [points]."""

    node: Indexes
    customers: Counts
    load_kw: Measures


@dataclass(frozen=True, eq=False)
class Prediction:
    """Per load point: failures a year, hours a year; and what follows for all customers together."""

    failures_per_year: Measures
    hours_per_year: Measures
    points: LoadPoints

    @property
    def saifi(self) -> float:
        """Interruptions a customer and year."""
        return float(np.average(self.failures_per_year, weights=self.points.customers))

    @property
    def saidi_hours(self) -> float:
        """Hours a customer and year."""
        return float(np.average(self.hours_per_year, weights=self.points.customers))

    @property
    def caidi_hours(self) -> float | None:
        """Hours an interruption; None when nothing ever fails."""
        return self.saidi_hours / self.saifi if self.saifi else None

    @property
    def asai(self) -> float:
        """Share of the year with supply."""
        return 1 - self.saidi_hours / HOURS_A_YEAR

    @property
    def energy_not_supplied_kwh(self) -> float:
        """kWh a year."""
        return float((self.hours_per_year * self.points.load_kw).sum())

    @property
    def hours_per_failure(self) -> Measures:
        """Average outage time of each point, hours; 0 where it never fails."""
        never = self.failures_per_year == 0
        return np.where(never, 0, self.hours_per_year / np.where(never, 1, self.failures_per_year))


def predict(
    topology: Topology, protecting: Flags, failures: Failures, points: LoadPoints, switching_hours: float
) -> Prediction:
    """What each load point meets in a year, from the normal state of the network."""
    before = trace(topology, BASE)
    zones, protected = Zones.of(topology), Zones.protected(topology, protecting, BASE)
    rate, hours = np.zeros(len(points.node)), np.zeros(len(points.node))
    columns = (failures.branch.tolist(), failures.per_year.tolist(), failures.repair_hours.tolist())
    for branch, per_year, repair_hours in zip(*columns, strict=True):
        out, waiting = _contingency(zones, protected, before, branch)
        # Switching takes no longer than the repair: whoever repairs faster does not switch.
        each = np.where(waiting, repair_hours, min(switching_hours, repair_hours))
        hit = out[points.node]
        rate += per_year * hit
        hours += per_year * np.where(hit, each[points.node], 0)
    return Prediction(rate, hours, points)


def _contingency(zones: Zones, protected: Zones, before: Dark, branch: int) -> tuple[Flags, Flags]:
    """Nodes that a failure darkens, and those of them that stay dark until it is repaired; [nodes] each."""
    lit = ~before.mask
    out = trip(protected, BASE, branch).dark & lit
    isolation = isolate(zones, BASE, branch)
    restoration = restore(zones, isolation, before)
    return out, out & (restoration.dark.mask | isolation.out)
