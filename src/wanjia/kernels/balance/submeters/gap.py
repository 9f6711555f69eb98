"""Sub-meters held against the main meter before them: the gap, what explains it, and a proposal for sharing the rest.

Over the same period, what the main meter counted is what the sub-meters counted, plus what hangs before them without a
meter of its own, plus the loss of the wires between: the energy balance by which line loss is defined (DL/T 686, energy
in less energy out), written for one building. So with all figures in kWh

    gap    = main - sum of sub-meters, each as read
    timing = sum over sub-meters of use x (days of the main meter / days of the sub-meter - 1)
    points = sum over points of kW x hours, at most what is still unexplained
    loss   = what is still unexplained, at most the percent allowed of the main meter's use, or at most what the wires
             lose by their length, section and current (`submeters_loss`)
    left   = gap - timing - points - loss

`timing` supposes that use is even over the days. A negative `left` is no energy that anybody could share: the
sub-meters count too much, or the main meter too little, and one of them has to be tested. Points are shared among those
who use them, loss and the rest among all, in proportion to use in the main meter's period; when nobody used anything,
equally.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Literal, TypeAlias

METERS_MAX = 200
"""Sub-meters behind one main meter; a market hall has some dozens."""
HUNDREDTHS = 100
"""Energy is counted in hundredths of a kWh and money in hundredths of a yuan (fen)."""

ProblemKind: TypeAlias = Literal[
    "repeated", "reading_falls", "period_wrong", "multiplier_wrong", "point_wrong", "unknown_user", "no_meters",
    "too_many",
]  # fmt: skip


@dataclass(frozen=True)
class Meter:
    """Two readings in kWh with their instants; `multiplier` is the ratio of the current transformers (1 without).

    `digits` are the whole digits of the register, 0 where not known: a register that is known may pass its end once.
    """

    id: str
    from_kwh: Fraction
    to_kwh: Fraction
    read_from: datetime
    read_to: datetime
    multiplier: Fraction = Fraction(1)
    digits: int = 0

    @property
    def is_rolled_over(self) -> bool:
        """The register passed its end between the readings."""
        return self.digits > 0 and self.to_kwh < self.from_kwh

    @property
    def used(self) -> int:
        """Hundredths of a kWh between the readings."""
        end = self.to_kwh + (10**self.digits if self.is_rolled_over else 0)
        return whole((end - self.from_kwh) * self.multiplier * HUNDREDTHS)


@dataclass(frozen=True)
class Point:
    """Something before the sub-meters without a meter of its own; `used_by` are meters, none means all of them."""

    id: str
    kw: Fraction
    hours: Fraction
    used_by: tuple[str, ...] = ()

    @property
    def used(self) -> int:
        """Hundredths of a kWh."""
        return whole(self.kw * self.hours * HUNDREDTHS)


@dataclass(frozen=True)
class Problem:
    """Why rows cannot be reckoned with: the id of the meter or point, and what is wrong with it."""

    id: str
    kind: ProblemKind


@dataclass(frozen=True)
class Share:
    """What one sub-meter would bear beyond its own reading, in hundredths of a kWh, and in fen."""

    meter: str
    use: int
    timing: int
    points: int
    loss: int
    rest: int
    fen: int

    @property
    def extra(self) -> int:
        """All of it together."""
        return self.timing + self.points + self.loss + self.rest


@dataclass(frozen=True)
class Balance:
    """The gap and its parts in hundredths of a kWh: gap = timing + points + loss + left, and the shares by meter."""

    main: int
    sub: int
    timing: int
    points: int
    loss: int
    left: int
    shares: tuple[Share, ...]
    by_point: Mapping[str, int] = field(default_factory=dict)
    """What each point explains, at most what there was to explain."""

    @property
    def gap(self) -> int:
        """What the main meter counted beyond the sub-meters."""
        return self.main - self.sub


def problems(main: Meter, meters: Sequence[Meter], points: Sequence[Point]) -> tuple[Problem, ...]:
    """All that keeps rows from being reckoned with; empty when `reconcile` can take them."""
    return tuple(_problems(main, meters, points))


def reconcile(
    main: Meter, meters: Sequence[Meter], points: Sequence[Point], loss_percent: Fraction, yuan_per_kwh: Fraction,
    loss_kwh: Fraction | None = None,
) -> Balance:  # fmt: skip
    """The balance of one period. `loss_kwh`, where the wires are known, takes the place of the percent allowed.

    Raises ValueError for rows that `problems` names.
    """
    if problems(main, meters, points):
        raise ValueError("rows that cannot be reckoned with")
    timing = {meter.id: _timing(main, meter) for meter in meters}
    aligned = {meter.id: Fraction(meter.used + timing[meter.id]) for meter in meters}
    sub = sum(meter.used for meter in meters)
    open_ = main.used - sub - sum(timing.values())
    by_point = _by_point(points, max(0, open_))
    by_user, at_points = _by_user(points, by_point, aligned), sum(by_point.values())
    allowed = int(main.used * loss_percent / 100) if loss_kwh is None else whole(loss_kwh * HUNDREDTHS)
    loss = min(max(0, open_ - at_points), allowed)
    left = open_ - at_points - loss
    losses, rests = shared(loss, aligned), shared(max(0, left), aligned)
    extra = {meter: timing[meter] + by_user[meter] + losses[meter] + rests[meter] for meter in aligned}
    fen = parts({meter: each * yuan_per_kwh for meter, each in extra.items()})
    shares = tuple(
        Share(each.id, each.used, timing[each.id], by_user[each.id], losses[each.id], rests[each.id], fen[each.id])
        for each in meters
    )
    return Balance(main.used, sub, sum(timing.values()), at_points, loss, left, shares, by_point)


def shared(total: int, weights: Mapping[str, Fraction]) -> dict[str, int]:
    """`total` in whole units in proportion to the weights, equally when all are nothing; adds up to `total`."""
    sum_of = sum(weights.values())
    even = Fraction(1, max(1, len(weights)))
    return parts({name: total * (weight / sum_of if sum_of else even) for name, weight in weights.items()})


def parts(exact: Mapping[str, Fraction]) -> dict[str, int]:
    """Whole units that add up to the rounded sum: the largest remainders get what is missing, then the least id."""
    floors = {name: value.numerator // value.denominator for name, value in exact.items()}
    missing = whole(sum(exact.values(), Fraction(0))) - sum(floors.values())
    first = sorted(exact, key=lambda name: (floors[name] - exact[name], name))[:missing]
    return {name: units + (name in first) for name, units in floors.items()}


def _problems(main: Meter, meters: Sequence[Meter], points: Sequence[Point]) -> Iterator[Problem]:
    if not meters:
        yield Problem(main.id, "no_meters")
    if len(meters) > METERS_MAX:
        yield Problem(main.id, "too_many")
    for ids in ([meter.id for meter in meters], [point.id for point in points]):
        yield from (Problem(name, "repeated") for at, name in enumerate(ids) if name in ids[:at])
    for meter in (main, *meters):
        yield from _of_meter(meter)
    known = {meter.id for meter in meters}
    for point in points:
        if point.kw < 0 or point.hours < 0:
            yield Problem(point.id, "point_wrong")
        if not known.issuperset(point.used_by):
            yield Problem(point.id, "unknown_user")


def _of_meter(meter: Meter) -> Iterator[Problem]:
    if meter.to_kwh < meter.from_kwh and not meter.digits:
        yield Problem(meter.id, "reading_falls")
    if meter.read_to <= meter.read_from:
        yield Problem(meter.id, "period_wrong")
    if meter.multiplier <= 0:
        yield Problem(meter.id, "multiplier_wrong")


def _timing(main: Meter, meter: Meter) -> int:
    """What the meter would have counted more (or less) over the main meter's days at the same use a day."""
    return whole(meter.used * (_seconds(main) / _seconds(meter) - 1))


def _seconds(meter: Meter) -> Fraction:
    """The time between the readings."""
    return Fraction(round((meter.read_to - meter.read_from).total_seconds()))


def _by_point(points: Sequence[Point], room: int) -> dict[str, int]:
    """What each point explains; together no more than there is to explain."""
    used = {point.id: Fraction(point.used) for point in points}
    total = min(room, sum(point.used for point in points))
    return shared(total, used) if total else dict.fromkeys(used, 0)


def _by_user(
    points: Sequence[Point], by_point: Mapping[str, int], aligned: Mapping[str, Fraction]
) -> dict[str, int]:  # fmt: skip
    """By meter what it bears of the points."""
    found = dict.fromkeys(aligned, 0)
    for point in points:
        users = {name: aligned[name] for name in point.used_by or aligned}
        for name, units in shared(by_point[point.id], users).items():
            found[name] += units
    return found


def whole(value: Fraction) -> int:
    """The nearest whole unit, half away from zero, as on a bill."""
    size = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return size if value >= 0 else -size
