"""Meters that the books have in one district and the wires in another: moves and swaps, and which balances they close.

A meter m that is booked in B but fed by A is missing from A's energy out and too much in B's. Taking it from B to A
adds its curve to B's loss and takes it from A's. With the unexplained losses l (see `residuals`) and its curve x, both
cleaned in each district, the squares that remain fall by

    gain(m, A) = [-2 x.l - x.x] / 2 s^2  in B   +   [2 x.l - x.x] / 2 s^2  in A

in nats, where s is how far the unexplained loss usually lies from nought. The coefficient is 1 and not fitted: energy
does not come or go. A gain must outweigh how unlikely it is that just this meter of a city hangs just there.

All meters are held against all districts of the same feeder and the nearest others, by one product of matrices for each
district; after each round the best moves are carried out and the districts concerned are looked at again, so that a
second wrong meter does not hide behind the first.
"""

from dataclasses import dataclass, replace

import numpy as np

from wanjia.kernels.balance.diagnosis.hourly import CUSTOMER, Hourly, Hours, Losses
from wanjia.kernels.balance.diagnosis.residuals import Basis, basis_of, clipped, fit, huber, spread_of
from wanjia.model.network import Districts, Indexes, Measures

NEAREST = 12
"""Districts looked at beside those of the same feeder: wires cross to the next street, not through the town."""
GAIN_MIN = 16.0
"""Nats. One meter in some 7,000 is wrong (9 nats) and may hang in one of some 25 districts (3); 4 more: 50 to 1."""
RETURN_GAIN_MIN = 6.0
"""Where a meter of the one district was found in the other, another the other way round is likely: one of some 200."""
SIDE_GAIN_MIN = 0.0
"""Each of two balances must get better; where the other cannot be told, the one must do it alone."""
ROUNDS_MAX = 12
REGISTER_KWH = 0.01
"""What a register shows; no loss is known better than that."""


@dataclass(frozen=True)
class Move:
    """A meter that seems to hang elsewhere. `fed_by` is None where no district near is short of it.

    gain: nats, of which `gain_booked` from the balance of the district on the books. partner: the meter that would
    hang where this one was booked, the other way round. coefficient: of its curve on the booked district's loss (-1 is
    perfect). loss_before_kwh, loss_after_kwh: unexplained loss per hour (root of the mean square) of both districts.
    """

    meter: int
    booked: int
    fed_by: int | None
    gain: float
    gain_booked: float
    coefficient: float
    kwh_a_day: float
    loss_before_kwh: tuple[float, float]
    loss_after_kwh: tuple[float, float]
    partner: int | None = None


@dataclass(frozen=True, eq=False)
class Near:
    """Which districts a wrong meter of a district may hang in: positions one after the other, [d] lists."""

    lists: tuple[Indexes, ...]

    def touched(self, changed: set[int]) -> list[int]:
        """The districts that changed, and those that have one of them near."""
        return [d for d, some in enumerate(self.lists) if d in changed or not changed.isdisjoint(some.tolist())]


def near_districts(table: Districts, nearest: int = NEAREST) -> Near:
    """The districts of the same feeder and the nearest others; without places, of the same feeder only."""
    by_feeder: dict[object, list[int]] = {}
    for district, feeder in enumerate(table.feeder):
        by_feeder.setdefault(feeder, []).append(district)
    east = table.longitude * np.cos(np.radians(np.nanmean(table.latitude))) if len(table.ids) else table.longitude
    found = []
    for district, feeder in enumerate(table.feeder):
        away = np.nan_to_num(
            (east - east[district]) ** 2 + (table.latitude - table.latitude[district]) ** 2, nan=np.inf
        )
        count = min(nearest + 1, len(away))
        close = np.argpartition(away, count - 1)[:count]
        some = set(close[np.isfinite(away[close])].tolist()) | (set(by_feeder[feeder]) if feeder else set())
        found.append(np.array(sorted(some - {district}), dtype=np.int32))
    return Near(tuple(found))


@dataclass(frozen=True, eq=False)
class Side:
    """A district as the search sees it: its basis, the loss left with far hours clipped, and s squared.

    pull: [t] the loss left times the root of the weights, so that its product with a curve as it is equals the product
    of the cleaned two.
    """

    basis: Basis
    left: Measures
    pull: Measures
    variance: float

    def gain(self, kwh: Hours | Measures) -> float:
        """Nats by which taking this curve from the loss makes it likelier; far hours count less (Huber)."""
        curve = self.basis.clean(kwh[None])[0]
        return float(huber(self.basis, self.basis.left) - huber(self.basis, self.basis.left - curve)) / self.variance


def side_of(hours: Hourly, losses: Losses, district: int) -> Side | None:
    """None where the balance of too few hours is known."""
    basis = basis_of(losses, hours.filled, district)
    if basis is None:
        return None
    left = _orthogonal(basis, clipped(basis))
    spread = _spread(basis, basis.clean(hours.kwh[customer_rows(hours, district)]), left)
    variance = max(float(left @ left) / basis.freedom, REGISTER_KWH**2) * spread**2
    return Side(basis, left, left * basis.root, variance)


def _spread(basis: Basis, cleaned: Measures, left: Measures) -> float:
    """Spread of the scores once the curve that explains most is taken out.

    Households are alike: where one meter is really wrong, all others seem to explain a little of the loss.
    """
    if len(cleaned) == 0:
        return 1.0
    every = fit(basis, cleaned, left)
    best = int(np.abs(every.score).argmax())
    rest = left - every.coefficient[best] * cleaned[best]
    return spread_of(np.delete(fit(basis, cleaned, rest).score, best))


def _orthogonal(basis: Basis, left: Measures) -> Measures:
    """Clipping leaves a trace of what was taken out; without it again, products with curves as they are hold."""
    plain = np.divide(left, basis.root, out=np.zeros_like(left), where=basis.root > 0)
    found: Measures = basis.clean(plain[None])[0]
    return found


def customer_rows(hours: Hourly, district: int) -> Indexes:
    """Rows of the customers booked in a district."""
    rows = np.arange(hours.first[district], hours.first[district + 1], dtype=np.int32)
    found: Indexes = rows[hours.role[rows] == CUSTOMER]
    return found


@dataclass(frozen=True, eq=False)
class Candidate:
    """The best place of one meter."""

    meter: int
    booked: int
    fed_by: int | None
    gain: float
    gain_booked: float


class _Search:
    """The state of a search: sides and candidates of each district, kept until one near it changes."""

    def __init__(self, hours: Hourly, losses: Losses, near: Near) -> None:
        self.hours, self.near = hours, near
        self.losses = replace(losses, loss=losses.loss.copy(), phases=losses.phases.copy())
        self.sides = [side_of(hours, losses, district) for district in range(hours.districts)]
        self.moved: dict[int, Move] = {}
        self.found = {d: self.candidates(d) for d in range(hours.districts)}

    def candidates(self, district: int) -> list[Candidate]:
        """The best few moves out of a district, best first."""
        here = self.sides[district]
        rows = np.array([r for r in customer_rows(self.hours, district) if r not in self.moved], dtype=np.int32)
        others = [int(d) for d in self.near.lists[district] if self.sides[d] is not None]
        if len(rows) == 0 or (here is None and not others):
            return []
        curves = self.hours.kwh[rows]
        out = np.zeros(len(rows))
        power = np.einsum("kt,kt->k", curves, curves, dtype=np.float64)
        if here is not None:
            cleaned = here.basis.clean(curves)
            power = np.einsum("kt,kt->k", cleaned, cleaned)
            along = np.minimum(cleaned @ here.left, cleaned @ here.basis.left)
            out = (-2 * along - power) / (2 * here.variance)
        gains = self._into(curves, power, others)
        found = _best(rows, district, out, gains, others, here is not None)
        return sorted((self._exactly(one) for one in found), key=lambda c: -c.gain)

    def _exactly(self, one: Candidate) -> Candidate:
        """With the curve cleaned in both districts, and hours far off weighed less on either side of the move."""
        kwh = self.hours.kwh[one.meter]
        here = self.sides[one.booked]
        there = None if one.fed_by is None else self.sides[one.fed_by]
        out = 0.0 if here is None else here.gain(-kwh)
        into = 0.0 if there is None else there.gain(kwh)
        fed_by = one.fed_by if into >= SIDE_GAIN_MIN else None
        return replace(one, fed_by=fed_by, gain=out + max(into, 0.0), gain_booked=out)

    def _into(self, curves: Hours, power: Measures, others: list[int]) -> Measures:
        """Gain of each curve in each other district, [k, others], with its power as it is in its own."""
        sides = [side for d in others if (side := self.sides[d]) is not None]
        if not sides:
            return np.zeros((len(curves), 0))
        near = np.stack([side.pull for side in sides]).astype(np.float32)
        far = np.stack([side.basis.left * side.basis.root for side in sides]).astype(np.float32)
        variance = np.array([side.variance for side in sides])
        along = np.maximum(curves @ near.T, curves @ far.T).astype(np.float64)
        found: Measures = (2 * along - power[:, None]) / (2 * variance)
        return found

    def carry_out(self, one: Candidate) -> Move:
        """Moves a meter, on the losses that the next round looks at."""
        booked, fed_by = one.booked, one.fed_by
        before = self._left(booked), self._left(fed_by)
        here = self.sides[booked]
        coefficient = 0.0
        if here is not None:
            coefficient = float(
                fit(here.basis, here.basis.clean(self.hours.kwh[one.meter][None]), here.left).coefficient[0]
            )
        for district, sign in ((booked, 1), (fed_by, -1)):
            if district is not None:
                self._shift(one.meter, district, sign)
        after = self._left(booked), self._left(fed_by)
        a_day = float(self.hours.kwh[one.meter].sum(dtype=np.float64)) / self.hours.days
        move = Move(one.meter, booked, fed_by, one.gain, one.gain_booked, coefficient, a_day, before, after)
        self.moved[one.meter] = move
        return move

    def _shift(self, meter: int, district: int, sign: int) -> None:
        """Takes a meter off a district's books (1), or puts it on them (-1)."""
        kwh = self.hours.kwh[meter]
        self.losses.loss[district] += sign * kwh * self.losses.valid[district]
        self.losses.phases[district] -= sign * kwh * self.losses.shares[meter][:, None]
        self.sides[district] = side_of(self.hours, self.losses, district)

    def _left(self, district: int | None) -> float:
        side = None if district is None else self.sides[district]
        if side is None:
            return float("nan")
        return float(np.sqrt(side.basis.left @ side.basis.left / side.basis.weights.sum()))

    def round(self) -> bool:
        """Carries out the best moves that do not touch each other's districts. False when there was none."""
        changed: set[int] = set()
        ways = {(move.booked, move.fed_by) for move in self.moved.values()}
        listed = sorted((c for some in self.found.values() for c in some), key=lambda c: -c.gain)
        for one in listed:
            least = RETURN_GAIN_MIN if (one.fed_by, one.booked) in ways else GAIN_MIN
            touched = {one.booked} | ({one.fed_by} if one.fed_by is not None else set())
            if one.gain >= least and not touched & changed:
                self.carry_out(one)
                changed |= touched
        for district in self.near.touched(changed):
            self.found[district] = self.candidates(district)
        return bool(changed)


def _best(
    rows: Indexes, district: int, out: Measures, gains: Measures, others: list[int], known: bool
) -> list[Candidate]:
    """Of each meter the best place; of those, the best few. A balance that is known must get better."""
    found = []
    inward = np.where(gains >= SIDE_GAIN_MIN, gains, -np.inf)
    best = inward.argmax(axis=1) if others else np.zeros(len(rows), dtype=int)
    for k in np.flatnonzero((out >= SIDE_GAIN_MIN) | (not known)):
        into = float(inward[k, best[k]]) if others else -np.inf
        if np.isfinite(into):
            found.append(Candidate(int(rows[k]), district, others[best[k]], float(out[k]) + into, float(out[k])))
        elif known:
            found.append(Candidate(int(rows[k]), district, None, float(out[k]), float(out[k])))
    return sorted(found, key=lambda c: -c.gain)[:4]


def find_moves(hours: Hourly, losses: Losses, near: Near) -> tuple[tuple[Move, ...], Losses]:
    """The meters that seem to hang elsewhere, most certain first, and the losses once they are put right."""
    search = _Search(hours, losses, near)
    for _ in range(ROUNDS_MAX):
        if not search.round():
            break
    moves = _paired(sorted(search.moved.values(), key=lambda move: -move.gain))
    return tuple(moves), search.losses


def _paired(moves: list[Move]) -> list[Move]:
    """Names the partner of each move that another one the other way round answers, each used once."""
    partner: dict[int, int] = {}
    for one in moves:
        back = (m for m in moves if (m.booked, m.fed_by) == (one.fed_by, one.booked) and m.meter not in partner)
        other = next(back, None) if one.meter not in partner else None
        if other is not None:
            partner[one.meter], partner[other.meter] = other.meter, one.meter
    return [replace(move, partner=partner.get(move.meter)) for move in moves]
