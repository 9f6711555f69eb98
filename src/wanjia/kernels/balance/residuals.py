"""The part of a district's loss that its load does not explain, and how much of it a meter's curve explains.

Within a district the loss is taken as

    loss(t) = a(hour of the day) + b x in(t) + c x squares(t) + what is wrong(t)

a: standing loss, and what has no meter but a daily rhythm, such as street lamps. b: small errors of the master and, on
average, of the meters. c: resistive loss (Joule), by phases. What a, b and c explain is taken out of the loss and out of a meter's
curve alike (Frisch-Waugh-Lovell), so that the coefficient of what is left of one on what is left of the other is that
of the whole regression: -1 for a meter that is counted here but fed from elsewhere, 1 for one that is fed from here but
counted elsewhere, f / (1 - f) for a meter that a share f goes past, and about 0 for all others.
"""

from dataclasses import dataclass

import numpy as np

from wanjia.kernels.balance.hourly import HOURS, Hours, Losses
from wanjia.model.network import Flags, Measures

VALID_DAYS_MIN = 7
"""Days' worth of hours that must count before anything is said of a district."""
CURVE_KWH_MIN = 0.005
"""Spread of a curve below which it cannot explain anything: half of what its register shows."""
SPREAD_TO_SIGMA = 1.4826
"""Standard deviation of a normal distribution over its median absolute deviation."""


@dataclass(frozen=True, eq=False)
class Basis:
    """What is taken out of a district's curves, and its loss after that.

    valid: [t] hours that count. days_valid: [24] how many days count at each hour. axes: [t, 2] orthonormal. left: [t] kWh
    of loss that is not explained. freedom: degrees of freedom left.
    """

    valid: Flags
    days_valid: Measures
    axes: Measures
    left: Measures
    freedom: int

    def clean(self, curves: Hours | Measures) -> Measures:
        """Takes the same out of other curves, [k, t] -> [k, t] kWh, 0 outside the valid hours."""
        found = self._by_hour(curves)
        found -= (found @ self.axes) @ self.axes.T
        return found

    def _by_hour(self, curves: Hours | Measures) -> Measures:
        found = np.where(self.valid, curves, 0.0).astype(np.float64).reshape(len(curves), -1, HOURS)
        found -= (found.sum(axis=1) / self.days_valid)[:, None]
        found *= self.valid.reshape(-1, HOURS)
        return found.reshape(len(curves), -1)


@dataclass(frozen=True, eq=False)
class Fit:
    """Coefficient of each curve on the loss that is left, and its distance from nought in standard errors, [k]."""

    coefficient: Measures
    score: Measures


def basis_of(losses: Losses, district: int) -> Basis | None:
    """None where too few hours count."""
    valid = losses.valid[district]
    if valid.sum() < VALID_DAYS_MIN * HOURS:
        return None
    days_valid = np.maximum(valid.reshape(-1, HOURS).sum(axis=0), 1).astype(np.float64)
    bare = Basis(valid, days_valid, np.zeros((len(valid), 0)), np.zeros(len(valid)), 1)
    load = losses.energy_in[district]
    plain = bare.clean(np.stack((load, losses.squares[district])))
    plain /= np.maximum(np.linalg.norm(plain, axis=1), 1e-9)[:, None]
    axes, spread = np.linalg.qr(plain.T)
    axes = axes[:, np.abs(np.diag(spread)) > 1e-6]
    freedom = int(valid.sum()) - HOURS - axes.shape[1] - 1
    whole = Basis(valid, days_valid, axes, bare.left, freedom)
    return Basis(valid, days_valid, axes, whole.clean(losses.loss[district][None])[0], freedom)


def fit(basis: Basis, cleaned: Measures) -> Fit:
    """Each curve alone against the loss that is left. cleaned: [k, t] from `Basis.clean`."""
    power = np.einsum("kt,kt->k", cleaned, cleaned)
    usable = power > CURVE_KWH_MIN**2 * basis.valid.sum()
    along = cleaned @ basis.left
    coefficient = np.where(usable, along / np.where(usable, power, 1), 0.0)
    rest = np.maximum(basis.left @ basis.left - coefficient * along, 1e-12)
    score = coefficient * np.sqrt(np.where(usable, power, 0) * basis.freedom / rest)
    return Fit(coefficient, score)


def spread_of(scores: Measures) -> float:
    """How far scores of curves that explain nothing lie from nought, at least 1: what is left is not quite chance."""
    if len(scores) == 0:
        return 1.0
    return max(1.0, float(np.median(np.abs(scores)) * SPREAD_TO_SIGMA))
