"""How good the sensing was: announced outages against the true ones."""

from collections.abc import Sequence
from dataclasses import dataclass

from wanjia.kernels.sensing.nouns import METER, Change, Outage


@dataclass(frozen=True)
class Score:
    """Counts of one storm or, added up, of many; delays in seconds from the first gasp's arrival to the word."""

    true: int = 0
    announced: int = 0
    right: int = 0
    """Announced outages of device level whose device is that of a true one, at their last revision."""
    right_at_once: int = 0
    """The same, as first announced."""
    found: int = 0
    """True outages that some announced one names."""
    planned_alarms: int = 0
    """Announced outages that lie wholly in districts under planned work."""
    parts: int = 0
    """Announcements of parts of districts and single meters; not of device level, counted apart."""
    delays: tuple[float, ...] = ()

    def __add__(self, other: "Score") -> "Score":
        return Score(
            self.true + other.true, self.announced + other.announced, self.right + other.right,
            self.right_at_once + other.right_at_once, self.found + other.found,
            self.planned_alarms + other.planned_alarms, self.parts + other.parts, self.delays + other.delays,
        )  # fmt: skip

    @property
    def precision(self) -> float:
        """Share of the announced that is right; 1 of none."""
        return self.right / self.announced if self.announced else 1.0

    @property
    def recall(self) -> float:
        """Share of the true that is found; 1 of none."""
        return self.found / self.true if self.true else 1.0

    @property
    def median_delay(self) -> float | None:
        """Seconds; None where nothing was found."""
        return sorted(self.delays)[len(self.delays) // 2] if self.delays else None


def score(truth: Sequence[Outage], changes: Sequence[Change], first_gasps: Sequence[int | None]) -> Score:
    """Compares by the set of districts: devices that feed the same districts cannot be told apart by any meter.

    `first_gasps`: arrival (ms) of the first gasp of each true outage, None where none arrived.
    """
    first = {c.outage.number: c.outage for c in reversed(changes) if c.what in ("announced", "split", "overrun")}
    last = {c.outage.number: c.outage for c in changes}
    real = [one for one in truth if not one.planned]
    under_work = {row for one in truth if one.planned for row in one.districts}
    wanted = {one.districts: number for number, one in enumerate(real)}
    told = {n: one for n, one in first.items() if last[n].level != METER and not one.planned}
    found = {
        wanted[last[n].districts]: one for n, one in sorted(told.items(), reverse=True) if last[n].districts in wanted
    }
    gasps = [at for one, at in zip(truth, first_gasps, strict=True) if not one.planned]
    return Score(
        len(real),
        len(told),
        sum(last[n].districts in wanted and last[n].merged_into is None for n in told),
        sum(one.districts in wanted for one in told.values()),
        len(found),
        sum(set(one.districts) <= under_work for one in told.values()),
        sum(last[n].level == METER for n in first),
        tuple((one.detected_at - at) / 1000 for n, one in found.items() if (at := gasps[n]) is not None),
    )
