"""Which works a plan made again moves, from when to when, and why: plain values whose sentences are in the texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from wanjia.kernels.planning.plans.placing import placed
from wanjia.kernels.planning.search.replanning import Replanned
from wanjia.kernels.planning.works.compiling import Compiled
from wanjia.model.faults import Fault
from wanjia.model.works import Placed

Why: TypeAlias = Literal["lost", "room", "new", "removed"]


@dataclass(frozen=True, slots=True)
class Moved:
    """A work that does not stand as it stood: `lost` its place, makes `room` for others, is `new`, or was `removed`.

    `before` is None for a new work, `after` for a removed one.
    """

    work: str
    why: Why
    before: Placed | None
    after: Placed | None

    @property
    def told(self) -> Fault:
        """As a code `planning.moved_<why>` and its values."""
        values = {"work": self.work, "from_at": _instant(self.before), "to_at": _instant(self.after)}
        return Fault(f"planning.moved_{self.why}", values={name: value for name, value in values.items() if value})


def moved(compiled: Compiled, before: Sequence[Placed], found: Replanned) -> tuple[Moved, ...]:
    """Of the changed problem (`compiled`) and the plan before: works in the order of the list, removed ones last."""
    stood = {one.work: one for one in before}
    after = placed(compiled, found.choice)
    changed, evicted = set(found.changed), set(found.evicted)
    moves = [
        Moved(one.work, _why(number, evicted, one.work in stood), stood.get(one.work), one)
        for number, one in enumerate(after)
        if number in changed or one.work not in stood
    ]
    kept = {one.work for one in after}
    return (*moves, *(Moved(name, "removed", one, None) for name, one in stood.items() if name not in kept))


def _why(number: int, evicted: set[int], stood: bool) -> Why:
    if not stood:
        return "new"
    return "room" if number in evicted else "lost"


def _instant(one: Placed | None) -> str:
    at: datetime | None = one.starts_at if one else None
    return f"{at:%Y-%m-%d %H:%M}" if at else ""
