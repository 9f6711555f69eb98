"""The part of a district's loss that its load does not explain, and how much of it a meter's curve explains.

Within a district the loss is taken as

    loss(t) = a(hour of the day) + b x out(t) + c x squares(t) + what is wrong(t)

a: standing loss, and what has no meter but a daily rhythm, such as street lamps. b: small errors of the master and, on
average, of the meters. c: resistive loss (Joule), by phases. What a, b and c explain is taken out of the loss and out
of a meter's curve alike (Frisch-Waugh-Lovell), so that the coefficient of what is left of the one on what is left of
the other is that of the whole regression: -1 for a meter that is counted here but fed from elsewhere, 1 for one that is
fed from here but counted elsewhere, f / (1 - f) for a meter that a share f goes past, and about 0 for all others.

`out` and `squares` are both of what customers' meters show. With the energy in beside squares of the energy out, the
difference of the two, which is the loss itself, would be taken out as well, and small districts would have no faults.
"""

from dataclasses import dataclass

import numpy as np

from wanjia.kernels.balance.diagnosis.hourly import HOURS, Hours, Losses
from wanjia.model.network import Measures

VALID_DAYS_MIN = 7
"""Days' worth of hours that must count before anything is said of a district."""
CURVE_KWH_MIN = 0.005
"""Spread of a curve below which it cannot explain anything: half of what its register shows."""
FILLED_OFF = 0.5
"""A household's hour is off its own mean of that hour by half of it or more; so is what was filled in for it."""
CLIP = 4.0
"""Hours on which the unexplained loss is further off than so many of its usual deviations count as just so far off."""
SCORES_MIN = 20
SPREAD_TO_SIGMA = 1.4826
"""Standard deviation of a normal distribution over its median absolute deviation."""


@dataclass(frozen=True, eq=False)
class Basis:
    """What is taken out of a district's curves, and its loss after that, each hour weighed by how sure its loss is.

    root: [t] square root of the weight, 0 where the hour does not count, 1 where nothing was filled in. weights: [24]
    sum of the weights at each hour of the day. axes: [t, a] orthonormal. left: [t] kWh of loss that is not explained,
    times root. freedom: degrees of freedom left.
    """

    root: Measures
    weights: Measures
    axes: Measures
    left: Measures
    freedom: int

    def clean(self, curves: Hours | Measures) -> Measures:
        """Takes the same out of other curves, [k, t] -> [k, t] kWh times root."""
        found = self._by_hour(curves)
        found -= (found @ self.axes) @ self.axes.T
        return found

    def _by_hour(self, curves: Hours | Measures) -> Measures:
        root = self.root.reshape(-1, HOURS)
        found = np.where(self.root > 0, curves, 0.0).astype(np.float64).reshape(len(curves), -1, HOURS)
        found -= (np.einsum("kdh,dh->kh", found, root**2) / self.weights)[:, None]
        found *= root
        return found.reshape(len(curves), -1)


@dataclass(frozen=True, eq=False)
class Fit:
    """Coefficient of each curve on the loss that is left, and its distance from nought in standard errors, [k]."""

    coefficient: Measures
    score: Measures


def basis_of(losses: Losses, filled: Hours, district: int) -> Basis | None:
    """filled: [d, t] kWh that stand for readings that are missing. None where too few hours count."""
    valid = losses.valid[district]
    if valid.sum() < VALID_DAYS_MIN * HOURS:
        return None
    even = _basis(losses, district, valid.astype(np.float64))
    usual = _usual(even.left[valid])
    certain = usual**2 / (usual**2 + (FILLED_OFF * filled[district].astype(np.float64)) ** 2)
    return _basis(losses, district, np.where(valid, np.sqrt(certain), 0))


def _basis(losses: Losses, district: int, root: Measures) -> Basis:
    weights = np.maximum((root**2).reshape(-1, HOURS).sum(axis=0), 1e-9)
    bare = Basis(root, weights, np.zeros((len(root), 0)), np.zeros(len(root)), 1)
    out = losses.energy_in[district] - losses.loss[district]
    plain = bare.clean(np.stack((out, losses.squares(district))))
    plain /= np.maximum(np.linalg.norm(plain, axis=1), 1e-9)[:, None]
    axes, spread = np.linalg.qr(plain.T)
    axes = axes[:, np.abs(np.diag(spread)) > 1e-6]
    freedom = int((root > 0).sum()) - HOURS - axes.shape[1] - 1
    left = Basis(root, weights, axes, bare.left, freedom).clean(losses.loss[district][None])[0]
    return Basis(root, weights, axes, left, freedom)


def clipped(basis: Basis) -> Measures:
    """The loss that is left with far hours brought nearer: one bad day must not outweigh a month."""
    far = CLIP * _usual(basis.left[basis.root > 0])
    found: Measures = np.clip(basis.left, -far, far)
    return found


def huber(basis: Basis, left: Measures) -> float:
    """Half the sum of the squares of what is left, but linear beyond CLIP usual deviations of the basis' own loss."""
    far = CLIP * _usual(basis.left[basis.root > 0])
    size = np.abs(left)
    return float(np.where(size <= far, size**2 / 2, far * (size - far / 2)).sum())


def _usual(left: Measures) -> float:
    """How far from nought values usually lie, as a standard deviation."""
    return max(float(np.median(np.abs(left))) * SPREAD_TO_SIGMA, 1e-6)


def fit(basis: Basis, cleaned: Measures, left: Measures) -> Fit:
    """Each curve alone against the loss that is left. cleaned: [k, t] from `Basis.clean`."""
    power = np.einsum("kt,kt->k", cleaned, cleaned)
    usable = power > CURVE_KWH_MIN**2 * (basis.root > 0).sum()
    along = cleaned @ left
    coefficient = np.where(usable, along / np.where(usable, power, 1), 0.0)
    rest = np.maximum(left @ left - coefficient * along, 1e-12)
    score = coefficient * np.sqrt(np.where(usable, power, 0) * basis.freedom / rest)
    return Fit(coefficient, score)


def spread_of(scores: Measures) -> float:
    """How far scores of curves that explain nothing lie from nought, at least 1: what is left is not quite chance.

    Of a handful of customers one cannot say which explain nothing; 1 then.
    """
    if len(scores) < SCORES_MIN:
        return 1.0
    return max(1.0, _usual(scores))
