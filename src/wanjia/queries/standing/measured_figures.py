"""Two of a station's indicators, out of the kept balances: collection quality and synchronous line-loss compliance.

Neither is typed in. Each opens to the district-days that it is taken from.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
from django.db.models import Q

from wanjia.model.actors import Actor, may
from wanjia.queries.cases.visible import below
from wanjia.queries.network.loss_rows import NOTHING, OBJECT, QUALIFIED, rates, results
from wanjia.queries.network.parts import cells_below, seen_districts
from wanjia.queries.standing.figure_cases import Scope
from wanjia.records.network.models import TransformerDistrict
from wanjia.texts import say

FIGURES = ("collection_quality", "loss_compliance")
"""Where their targets come from stands in the texts."""
UNIT, BETTER = "percent", "up"
COLUMNS = ["day", "district_id", "band", "coverage", "customer_meters"]


@dataclass(frozen=True)
class MeasuredRow:
    """One district and day: it adds `part` to the figure's numerator and `whole` to its denominator."""

    district: str
    name: str
    place: str
    day: date
    band: str
    part: float
    whole: float


@dataclass(frozen=True)
class MeasuredFigure:
    """A share in percent of a period (None without rows), of `count` district-days.

    The rows themselves, in the order of day and district, and the places are there where they were asked for.
    """

    id: str
    unit: str
    better: str
    source: str
    value: float | None
    count: int
    rows: tuple[MeasuredRow, ...] = ()
    by_place: tuple[tuple[str, float | None, int], ...] = ()

    def rows_at(self, place: str | None) -> tuple[MeasuredRow, ...]:
        """The rows of one place; all of them without one."""
        return tuple(row for row in self.rows if place is None or row.place == place)


def measured_figures(actor: Actor, scope: Scope, language: str, by_cell: bool = False) -> tuple[MeasuredFigure, ...]:
    """Both figures of the period and place with their rows, as far as the actor sees; none without any computed day."""
    places = _places(actor, scope, language, by_cell)
    rows = _kept(scope, places).select(COLUMNS).to_pylist()
    return tuple(_figure(name, rows, places, language) for name in FIGURES) if rows else ()


def measured_values(actor: Actor, scope: Scope, language: str) -> tuple[MeasuredFigure, ...]:
    """The same without rows: a company's month is a quarter of a million of them."""
    table = _kept(scope, _places(actor, scope, language, by_cell=False))
    if not table.num_rows:
        return ()
    found = rates(table)
    shares = {"collection_quality": found.collection, "loss_compliance": found.compliance}
    counts = {"collection_quality": table.num_rows - table["coverage"].null_count, "loss_compliance": table.num_rows}
    return tuple(
        MeasuredFigure(
            name, UNIT, BETTER, _source(name, language), None if share is None else 100 * share, counts[name]
        )
        for name, share in shares.items()
    )


def _kept(scope: Scope, places: Mapping[str, tuple[str, str]]) -> pa.Table:
    return results(scope.first, scope.last, places) if places else NOTHING


def _places(actor: Actor, scope: Scope, language: str, by_cell: bool) -> dict[str, tuple[str, str]]:
    """Name and place of every district that counts, by code; none for whoever sees no measurements."""
    if not may(actor, OBJECT, "see"):
        return {}
    wanted = seen_districts(actor, obj=OBJECT)
    if scope.organisation:
        wanted &= Q(organisation__in=below([scope.organisation]))
    if scope.cell:
        wanted &= Q(cell_code__in=sorted(cells_below({scope.cell})))
    name, place = "name_en" if language == "en" else "name_zh", "cell_code" if by_cell else "organisation"
    rows = TransformerDistrict.objects.filter(wanted).values_list("pk", name, "name_zh", place)
    return {code: (said or zh, where) for code, said, zh, where in rows}


def _source(name: str, language: str) -> str:
    return say(f"measurements.source.{name}", language)


def _figure(
    name: str, rows: Sequence[Mapping[str, Any]], places: Mapping[str, tuple[str, str]], language: str
) -> MeasuredFigure:
    taken = [
        MeasuredRow(row["district_id"], *places[row["district_id"]], row["day"], row["band"], *shares)
        for row in rows if (shares := _SHARES[name](row)) is not None
    ]  # fmt: skip
    by_place: dict[str, list[MeasuredRow]] = defaultdict(list)
    for one in taken:
        by_place[one.place].append(one)
    lines = tuple((place, _percent(some), len(some)) for place, some in sorted(by_place.items()))
    source = _source(name, language)
    return MeasuredFigure(name, UNIT, BETTER, source, _percent(taken), len(taken), tuple(taken), lines)


def _percent(rows: Sequence[MeasuredRow]) -> float | None:
    whole = sum(row.whole for row in rows)
    return 100 * sum(row.part for row in rows) / whole if whole else None


def _collected(row: Mapping[str, Any]) -> tuple[float, float] | None:
    """Readings of customer meters that came and those expected, in meter-days; none without customers."""
    if row["coverage"] is None:
        return None
    return row["coverage"] * row["customer_meters"], float(row["customer_meters"])


def _qualified(row: Mapping[str, Any]) -> tuple[float, float]:
    return float(row["band"] in QUALIFIED), 1.0


_SHARES: Mapping[str, Callable[[Mapping[str, Any]], tuple[float, float] | None]] = {
    "collection_quality": _collected,
    "loss_compliance": _qualified,
}
