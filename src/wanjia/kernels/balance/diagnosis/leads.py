"""Abnormal-use leads: customers whose meters the district's unexplained loss points at, ranked, with the evidence.

A lead is a place to look at, with the figures that point there. It is no verdict on a person: a loose terminal, a wrong
multiplier or a burnt phase of the meter look the same from afar.

Two tests, each for every customer m of a district and every day s on which it may have begun (0: before the first):

    share      loss left over(t) = c x use(t) from day s on; a share f past the meter gives c = f / (1 - f), and from
               s on the meter's own use must have fallen to 1 - f of what it was, next to its neighbours'
    vanished   loss left over(t) = what m used at that hour of the day before s and no longer uses, next to neighbours

Both are least squares in closed form from sums over days, so that all customers and all days are tested at once. Gains
are in nats, as in `pairing`; the best lead is taken out of the loss before the next of the same district is looked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from wanjia.kernels.balance.diagnosis.hourly import HOURS, Hourly, Losses
from wanjia.kernels.balance.diagnosis.pairing import Move, Side, customer_rows, side_of
from wanjia.model.network import Indexes, Measures

LeadKind: TypeAlias = Literal["share", "vanished"]

LEAD_GAIN_MIN = 6.0
"""Nats above chance, after taking off how many customers and days were tried; most leads above it are true."""
LEADS_A_DISTRICT = 3
COEFFICIENT = (0.15, 30.0)
"""A share of 13 % to 97 % goes past; less is within what meters and their clocks are off."""
VANISHED = (0.4, 2.0)
"""Loss that appeared over use that vanished; other changes of habit in the same weeks make it more or less than 1."""
DAYS_BEFORE_MIN, DAYS_AFTER_MIN = 3, 7
"""Days needed on either side of a beginning; over half a week many things fit."""
STEP_GAIN_MAX = 6.0
"""Nats that a rise of the loss on one day may count for."""
VANISHED_GAIN_MAX = 12.0
"""Nats that loss in place of vanished use may count for: a rise on one day too, but of the right size and hours."""
HABIT_GAIN = 3.0
"""Nats taken off for vanished use: far more people change their habits than are passed by."""
FALL_GAIN = (-4.0, 4.0)
"""Bounds on what the fall of a meter's own use may count for: people's habits change for reasons of their own."""
HABIT_SHARE = 0.15
"""Standard deviation by which a household's use over weeks changes for no reason that neighbours share."""


@dataclass(frozen=True)
class Lead:
    """One customer that the loss points at. `gain` ranks; `kind` is the test that spoke louder.

    from_day: 0 where it was so from the first day on. coefficient: of the test. loss_kwh_a_day: unexplained loss that
    would be explained. use_before, use_after: the meter's kWh a day before and from that day on (before is NaN for day
    0). neighbours: their use after over before. score: standard errors from nought.
    """

    meter: int
    district: int
    kind: LeadKind
    gain: float
    from_day: int
    coefficient: float
    score: float
    loss_kwh_a_day: float
    use_before: float
    use_after: float
    neighbours: float


@dataclass(frozen=True, eq=False)
class _Yard:
    """A district's customers as the tests need them.

    use: [k, days, 24] kWh, 0 where an hour does not count. root: [days, 24] root of the hours' weights.
    """

    district: int
    rows: Indexes
    side: Side
    use: Measures
    root: Measures

    @property
    def counted(self) -> Measures:
        """[days, 24], 1 where the hour counts."""
        return (self.root > 0).astype(np.float64)

    def by_day(self, values: Measures) -> Measures:
        """[t, ...] as [days, 24, ...]."""
        return values.reshape(self.days, HOURS, *values.shape[1:])

    @property
    def days(self) -> int:
        """Days looked at."""
        return int(self.use.shape[1])


@dataclass(frozen=True, eq=False)
class _Tried:
    """Result of a test for each customer and first day, [k, days]."""

    gain: Measures
    coefficient: Measures
    score: Measures


def find_leads(
    hours: Hourly, losses: Losses, moves: Sequence[Move] = (), gain_min: float = LEAD_GAIN_MIN
) -> tuple[Lead, ...]:
    """All leads, best first. losses: as `find_moves` gives them back; moved meters are looked for where they hang."""
    found: list[Lead] = []
    for district in range(hours.districts):
        side = side_of(hours, losses, district)
        if side is not None:
            found += _leads_of(_yard(hours, losses, moves, district, side), gain_min)
    return tuple(sorted(found, key=lambda lead: -lead.gain))


def _yard(hours: Hourly, losses: Losses, moves: Sequence[Move], district: int, side: Side) -> _Yard:
    gone = [move.meter for move in moves if move.booked == district]
    come = [move.meter for move in moves if move.fed_by == district]
    rows = np.concatenate((np.setdiff1d(customer_rows(hours, district), gone), come)).astype(np.int32)
    root = side.basis.root.reshape(-1, HOURS)
    use = np.where(root > 0, hours.kwh[rows].reshape(len(rows), -1, HOURS), 0.0)
    return _Yard(district, rows, side, use, root)


def _leads_of(yard: _Yard, gain_min: float) -> list[Lead]:
    """The best lead, then the best of what it leaves unexplained."""
    found: list[Lead] = []
    for _ in range(LEADS_A_DISTRICT):
        share, vanished = _share(yard), _vanished(yard)
        kind: LeadKind = "share" if share.gain.max(initial=-1) >= vanished.gain.max(initial=-1) else "vanished"
        best = share if kind == "share" else vanished
        if best.gain.size == 0 or best.gain.max() - np.log(best.gain.size) < gain_min:
            break
        k, day = (int(at) for at in np.unravel_index(best.gain.argmax(), best.gain.shape))
        found.append(_lead(yard, kind, best, k, day))
        yard = _without(yard, kind, best, k, day)
    return found


def _share(yard: _Yard) -> _Tried:
    """Loss left over in proportion to use from a day on, and the fall of the use itself.

    The loss must have risen from that day on, and go with the use within the days after. That it rose counts for
    STEP_GAIN_MAX at most: losses rise for some days for many reasons, and then every curve fits a little.
    """
    side, use, root = yard.side, yard.use, yard.root
    pull, heavy = yard.by_day(side.pull), _from(root**2, 0)
    sums, weighed = _from(use * root**2), _from(np.einsum("kdh,kdh,dh->kd", use, use, root**2))
    along = _from(np.einsum("kdh,dh->kd", use, pull))
    in_axes = _from(np.einsum("kdh,dha->kda", use, yard.by_day(side.basis.axes) * root[..., None]))
    power = weighed - (sums**2 / side.basis.weights).sum(axis=2) - (in_axes**2).sum(axis=2)
    inside = _from(pull, 0) / np.maximum(heavy, 1e-9)
    shape_along = along - np.einsum("kdh,dh->kd", sums, inside)
    shape_power = weighed - (sums**2 / np.maximum(heavy, 1e-9)).sum(axis=2)
    shape = _tried(yard, shape_along, np.minimum(shape_power, power), COEFFICIENT)
    whole = _tried(yard, along, power, COEFFICIENT)
    gain = np.minimum(whole.gain, shape.gain + STEP_GAIN_MAX)
    was, _, everybody = _daily(yard)
    past = np.clip(whole.coefficient, 0, None)
    fall = np.clip(_fall(yard, past / (1 + past) * was * everybody), *FALL_GAIN)
    return replace(whole, gain=np.where(gain > 0, gain + fall, 0.0))


def _vanished(yard: _Yard) -> _Tried:
    """Loss that appeared at the hours at which use vanished."""
    side = yard.side
    after = _from(yard.counted, 0)
    before = yard.counted.sum(axis=0) - after
    enough = (after > 0) & (before > 0)
    total = yard.use.sum(axis=1, keepdims=True)
    late = _from(yard.use)
    now, was = late / np.maximum(after, 1), (total - late) / np.maximum(before, 1)
    everybody = (now.sum(axis=0) + 1e-6) / (was.sum(axis=0) + 1e-6)
    gone = (was * everybody - now) * enough
    gone *= gone.sum(axis=2, keepdims=True) > 0
    along = np.einsum("kdh,dh->kd", gone, _from(yard.by_day(side.pull), 0))
    heavy, all_heavy = _from(yard.root**2, 0), side.basis.weights
    power = np.einsum("kdh,dh->kd", gone**2, heavy * (all_heavy - heavy) / all_heavy)
    axes = _from(yard.by_day(side.basis.axes) * yard.root[..., None], 0)
    power -= (np.einsum("kdh,dha->kda", gone, axes) ** 2).sum(axis=2)
    tried = _tried(yard, along, power, VANISHED)
    lost = tried.coefficient * gone.mean(axis=2) * HOURS
    fall = np.clip(_fall(yard, lost), *FALL_GAIN)
    gain = np.where(tried.gain > 0, np.minimum(tried.gain, VANISHED_GAIN_MAX) + fall - HABIT_GAIN, 0.0)
    gain[:, 0] = 0
    return replace(tried, gain=gain)


def _tried(yard: _Yard, along: Measures, power: Measures, bounds: tuple[float, float]) -> _Tried:
    """Least squares of one coefficient, and its gain where it lies within bounds and the days suffice."""
    usable = power > 1e-4 * yard.side.basis.freedom
    coefficient = np.where(usable, along / np.where(usable, power, 1), 0)
    score = coefficient * np.sqrt(np.where(usable, power, 0) / yard.side.variance)
    day = np.arange(yard.days)
    timely = (day == 0) | ((day >= DAYS_BEFORE_MIN) & (day <= yard.days - DAYS_AFTER_MIN))
    inside = (coefficient >= bounds[0]) & (coefficient <= bounds[1]) & timely
    return _Tried(np.where(inside, score**2 / 2, 0), coefficient, score)


def _fall(yard: _Yard, lost: Measures) -> Measures:
    """How much likelier the change of the meter's own use is if so many kWh a day went past it, [k, days] nats.

    0 for day 0.
    """
    was, now, everybody = _daily(yard)
    fallen = was * everybody - now
    spread = (HABIT_SHARE * was * everybody) ** 2 + _uncertain(yard) + 1e-4
    found: Measures = (fallen**2 - (fallen - lost) ** 2) / (2 * spread)
    found[:, 0] = 0
    return found


def _daily(yard: _Yard) -> tuple[Measures, Measures, Measures]:
    """kWh a day of each customer before and from each day on, [k, days], and all neighbours' ratio, [days]."""
    day = yard.use.sum(axis=2)
    weight = yard.counted.sum(axis=1) / HOURS
    after = np.maximum(_from(weight[None])[0], 1e-9)
    before = np.maximum(weight.sum() - after, 1e-9)
    now, was = _from(day) / after, (day.sum(axis=1, keepdims=True) - _from(day)) / before
    everybody = (now.sum(axis=0) + 1e-6) / (was.sum(axis=0) + 1e-6)
    everybody[0] = 1.0
    return was, now, everybody


def _uncertain(yard: _Yard) -> Measures:
    """Variance of the difference of the two means by how much one day differs from the next, [k, days]."""
    day = yard.use.sum(axis=2)
    count = np.arange(yard.days)
    found: Measures = day.var(axis=1)[:, None] * (1 / np.maximum(count, 1) + 1 / (yard.days - count))
    return found


def _from(values: Measures, axis: int = 1) -> Measures:
    """Sums from each day to the last; days are along `axis`."""
    found: Measures = np.flip(np.flip(values, axis).cumsum(axis), axis)
    return found


def _without(yard: _Yard, kind: LeadKind, tried: _Tried, k: int, day: int) -> _Yard:
    """The district once a lead is explained: its part is taken out of the loss, and its meter off the list."""
    curve = yard.use[k].copy()
    if kind == "vanished":
        was, now = yard.use[k, :day].sum(axis=0), yard.use[k, day:].sum(axis=0)
        before, after = np.maximum(yard.counted[:day].sum(axis=0), 1), np.maximum(yard.counted[day:].sum(axis=0), 1)
        curve[:] = was / before - now / after
    curve[:day] = 0
    explained = tried.coefficient[k, day] * yard.side.basis.clean(curve.reshape(1, -1))[0]
    left = yard.side.left - explained
    variance = yard.side.variance * float(left @ left) / float(yard.side.left @ yard.side.left)
    side = Side(yard.side.basis, left, left * yard.side.basis.root, variance)
    keep = np.arange(len(yard.rows)) != k
    return replace(yard, side=side, rows=yard.rows[keep], use=yard.use[keep])


def _lead(yard: _Yard, kind: LeadKind, tried: _Tried, k: int, day: int) -> Lead:
    was, now, everybody = _daily(yard)
    lost = tried.coefficient[k, day] * (now[k, day] if kind == "share" else was[k, day] * everybody[day] - now[k, day])
    return Lead(
        meter=int(yard.rows[k]),
        district=yard.district,
        kind=kind,
        gain=float(tried.gain[k, day] - np.log(tried.gain.size)),
        from_day=day,
        coefficient=float(tried.coefficient[k, day]),
        score=float(tried.score[k, day]),
        loss_kwh_a_day=float(lost),
        use_before=float(was[k, day]) if day else float("nan"),
        use_after=float(now[k, day]),
        neighbours=float(everybody[day]),
    )
