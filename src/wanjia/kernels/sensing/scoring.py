"""How good the sensing was: announced outages against the true ones."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wanjia.kernels.sensing.nouns import METER, Change, Outage

ALARMS = ("announced", "split", "overrun")


@dataclass(frozen=True)
class Score:
    """Counts of one storm or, added up, of many; delays in seconds from the first gasp's arrival to the word."""

    true: int = 0
    announced: int = 0
    right: int = 0
    """Announced outages of device level whose device is that of a true one, at its end."""
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

    An announced outage is held to what it said when the true one ended (words of the return come in over minutes, and
    districts are let go one by one); a true outage is found by one announced outage, others of the same are wrong.
    `first_gasps`: arrival (ms) of the first gasp of each true outage, None where none arrived.
    """
    said = _said(changes)
    real = [one for one in truth if not one.planned]
    gasps = [at for one, at in zip(truth, first_gasps, strict=True) if not one.planned]
    under_work = {row for one in truth if one.planned for row in one.districts}
    told = [own for own in said.values() if own[-1].level != METER and not own[0].planned]
    found = [next((own for own in told if _says(own, one)), None) for one in real]
    delays = [(own[0].detected_at - at) / 1000 for own, at in zip(found, gasps, strict=True) if own and at is not None]
    return Score(
        len(real),
        len(told),
        len({own[0].number for own in found if own}),
        sum(any(own[0].districts == one.districts for one in real) for own in told),
        sum(own is not None for own in found),
        sum(set(own[0].districts) <= under_work for own in told),
        sum(own[-1].level == METER for own in said.values()),
        tuple(delays),
    )


def _said(changes: Sequence[Change]) -> dict[int, list[Outage]]:
    """By number of what was announced, its states in order; the time of each is that of its change."""
    found: dict[int, list[Outage]] = {}
    for change in changes:
        if change.what in ALARMS or change.outage.number in found:
            found.setdefault(change.outage.number, []).append(replace(change.outage, detected_at=change.at))
    return found


def _says(own: Sequence[Outage], one: Outage) -> bool:
    """Whether an announced outage, still open, named the districts of a true one when that ended; or later, at once."""
    ends_at = one.ends_at or own[-1].detected_at
    last = [state for state in own if state.detected_at <= ends_at] or own[:1]
    return last[-1].districts == one.districts and last[-1].ends_at is None
