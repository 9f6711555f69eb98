"""With readings by interval: when the gap arises, and whose shape it follows.

The gap of an interval is the main meter's energy less the sub-meters' and less what points without a meter use by their
schedule. What is there at night is lights, pumps, boxes or a leak; what comes by day follows lifts and machines. The
gap is then fitted by least squares as what is usual at each hour of the day (lamps and lifts have their hours) plus a
part of each sub-meter's own energy: a meter that counts only a part of what flows leaves the rest, in its own shape, in
the gap. What runs alike every day cannot be told from the hour, and is not held against any meter.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wanjia.kernels.balance.submeters.ratios import RATIO_LEAST_OFF, Kind, likely

Floats = NDArray[np.float64]
NIGHT_HOURS = (0, 5)
"""From midnight, hours in which a house sleeps and a workshop stands still."""
SLOTS_MIN = 96
"""A day of quarter hours; less says nothing about when."""
T_MIN = 6.0
"""Estimates that are not six of their standard errors from nothing are chance, or meters that run alike."""
GAP_SHARE_MIN = 0.2
"""A meter that would explain less of the gap is not what the dispute is about."""
HALF = 0.5
HOURS = 24


@dataclass(frozen=True, eq=False)
class Curves:
    """kWh by interval: `main`[s], `subs`[n, s], `points`[s]; NaN where not read. `hour`[s] is the local hour (0-23)."""

    minutes: int
    hour: NDArray[np.int64]
    main: Floats
    subs: Floats
    points: Floats

    @property
    def gap(self) -> Floats:
        """[s], NaN where any meter was not read."""
        rest: Floats = self.main - self.subs.sum(axis=0) - self.points
        return rest


@dataclass(frozen=True)
class When:
    """`by_hour`: mean kW of the gap in each hour of the day (None: never read); the night base and its kWh.

    The hours above the base that stand out are `begin_hour` to `end_hour`, which may pass midnight, with their kWh.
    """

    slots: int
    slots_missing: int
    gap_kwh: float
    by_hour: tuple[float | None, ...]
    night_kw: float
    night_kwh: float
    begin_hour: int | None
    end_hour: int | None
    window_kwh: float


@dataclass(frozen=True)
class Suspect:
    """A sub-meter whose shape the gap follows: it would explain `kwh`, if the truth is `ratio` times what it counts."""

    meter: str
    kind: Kind
    ratio: float
    fitted_ratio: float
    kwh: float
    correlation: float


def when(curves: Curves) -> When | None:
    """None where too few intervals have every meter."""
    known = np.isfinite(curves.gap)
    if int(known.sum()) < SLOTS_MIN:
        return None
    hours = curves.minutes / 60
    gap, hour = curves.gap[known], curves.hour[known]
    power = [gap[hour == each].mean() / hours if (hour == each).any() else None for each in range(24)]
    at_night = (hour >= NIGHT_HOURS[0]) & (hour < NIGHT_HOURS[1])
    base = float(np.median(gap[at_night])) / hours if at_night.any() else 0.0
    above = np.array([max(0.0, (each or 0.0) - base) if each is not None else 0.0 for each in power])
    window = _window(above)
    inside = np.isin(hour, _hours(window)) if window else np.zeros(len(hour), bool)
    return When(
        len(gap), int((~known).sum()), float(gap.sum()), tuple(None if each is None else float(each) for each in power),
        base, base * hours * len(gap), window[0] if window else None, window[1] if window else None,
        float((gap[inside] - base * hours).sum()),
    )  # fmt: skip


def suspects(curves: Curves, ids: Sequence[str]) -> tuple[Suspect, ...]:
    """Sub-meters whose shape the gap follows, the one that explains most first."""
    gap = curves.gap
    known = np.isfinite(gap)
    if int(known.sum()) < SLOTS_MIN:
        return ()
    target, shapes = gap[known], curves.subs[:, known]
    total, parts, t = float(np.abs(target.sum())), *_fitted(target, shapes, curves.hour[known])
    found = []
    for at, name in enumerate(ids):
        kwh = float(parts[at] * shapes[at].sum())
        if abs(parts[at]) >= RATIO_LEAST_OFF and abs(t[at]) >= T_MIN and abs(kwh) >= GAP_SHARE_MIN * total:
            fits = likely(1 + float(parts[at]))
            correlation = float(t[at] / np.sqrt(t[at] ** 2 + len(target) - len(ids) - HOURS))
            found.append(Suspect(name, fits.kind, fits.ratio, 1 + float(parts[at]), kwh, correlation))
    return tuple(sorted(found, key=lambda one: (-abs(one.kwh), one.meter)))


def _fitted(target: Floats, shapes: Floats, hour: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """The part of each shape in the target, and how many of its standard errors it is from nothing, [n] each."""
    design, left = _beside_usual(shapes, hour).T, _beside_usual(target[None, :], hour)[0]
    solved, _, rank, _ = np.linalg.lstsq(design, left, rcond=None)
    parts: Floats = np.asarray(solved, np.float64)
    left = left - design @ parts
    spread = float(left @ left) / max(1, len(target) - int(rank) - HOURS)
    error: Floats = np.sqrt(np.maximum(spread * np.diag(np.linalg.pinv(design.T @ design)), 1e-18))
    if rank < design.shape[1]:
        return parts, np.zeros(len(parts))
    return parts, parts / error


def _beside_usual(rows: Floats, hour: NDArray[np.int64]) -> Floats:
    """Each row less its own mean at the same hour of the day."""
    found = rows.astype(np.float64)
    for each in range(HOURS):
        at = hour == each
        if at.any():
            found[:, at] -= found[:, at].mean(axis=1, keepdims=True)
    return found


def _window(above: Floats) -> tuple[int, int] | None:
    """The hours around the highest one that have at least half of it, as (first hour, hour after the last)."""
    top = int(above.argmax())
    if above[top] <= 0 or bool((above >= HALF * above[top]).all()):
        return None
    first = last = top
    while above[(first - 1) % 24] >= HALF * above[top]:
        first = (first - 1) % 24
    while above[(last + 1) % 24] >= HALF * above[top]:
        last = (last + 1) % 24
    return first, (last + 1) % 24


def _hours(window: tuple[int, int]) -> list[int]:
    first, end = window
    return [(first + at) % 24 for at in range((end - first) % 24 or 24)]
