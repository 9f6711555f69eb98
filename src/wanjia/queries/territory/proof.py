"""The proof that every place has a name: no gap, no overlap, and one holder of every cell on every day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from wanjia.kernels.cover.collection import Collection
from wanjia.kernels.cover.faults import cover_faults
from wanjia.kernels.cover.proof import CoverReport, prove
from wanjia.kernels.cover.tenure import Unheld, unheld
from wanjia.model.faults import Fault
from wanjia.records.territory.grid import cells_on, shape_of
from wanjia.records.territory.tenures import grid_tenures


@dataclass(frozen=True)
class UnheldRow:
    """A cell and a range of days without exactly one holder; `posts` are the several, none for nobody."""

    cell_code: str
    level: int
    starts_on: date | None
    ends_on: date | None
    posts: tuple[str, ...]
    past: bool


@dataclass(frozen=True)
class Proof:
    """What was proved for a day on which the cells are as drawn."""

    on: date
    levels: tuple[tuple[int, int], ...]
    exact: bool
    faults: tuple[Fault, ...]
    points: dict[str, Any]
    unheld: tuple[UnheldRow, ...]

    @property
    def holds(self) -> bool:
        """Exact, and from that day on every cell has one holder."""
        return self.exact and not any(not row.past for row in self.unheld)


def proof_on(on: date) -> Proof:
    """Prove the cells of a day, and look at all days on which these cells are valid."""
    rows = cells_on(on)
    report = prove([shape_of(row) for row in rows])
    levels = {row.code: row.level for row in rows}
    counts = {level: list(levels.values()).count(level) for level in sorted(set(levels.values()))}
    since = min((row.starts_on for row in rows), default=on)
    tenures = [held for held in grid_tenures() if held.cell_id in levels]
    found = unheld(tuple(levels), tenures)
    return Proof(
        on, tuple(counts.items()), report.exact, tuple(cover_faults(report, (), "")), points_of(report),
        tuple(_unheld_rows(found, levels, since, on)),
    )  # fmt: skip


def check_upload(cells: Collection) -> dict[str, Any]:
    """The points of everything wrong with a territory that was sent, for a map."""
    return points_of(prove(cells.cells, cells.rejected))


def points_of(report: CoverReport) -> dict[str, Any]:
    """FeatureCollection of one point for each gap, overlap and broken cell."""
    places: list[tuple[Any, str, str, float | None]] = [
        *((gap.point, "gap", " / ".join(gap.cells), gap.area_m2) for gap in report.gaps),
        *((overlap.point, "overlap", " / ".join(overlap.cells), overlap.area_m2) for overlap in report.overlaps),
        *((one.point, "invalid", one.cell_id, one.area_m2) for one in report.invalid if one.point),
    ]
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [point.longitude, point.latitude]},
            "properties": {
                "id": f"{kind}-{at}", "name": f"{cells} {'' if area is None else f'{area:,.0f} m²'}".strip(),
                "tone": "overdue",
            },
        }
        for at, (point, kind, cells, area) in enumerate(places, start=1)
    ]  # fmt: skip
    return {"type": "FeatureCollection", "features": features}


def _unheld_rows(found: Sequence[Unheld], levels: dict[str, int], since: date, on: date):
    """Days before the cells were drawn do not count."""
    for one in found:
        for days in one.ranges:
            starts_on, ends_on = days.days.starts_on, days.days.ends_on
            if ends_on is not None and ends_on < since:
                continue
            begins = since if starts_on is None or starts_on < since else starts_on
            past = ends_on is not None and ends_on < on
            yield UnheldRow(one.cell_id, levels[one.cell_id], begins, ends_on, days.posts, past)
