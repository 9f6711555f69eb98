"""What a figure opens to: its rows, each with its case and what the case adds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from wanjia.model.actors import Actor
from wanjia.queries.cases.case_search import CaseRow, cases_by_number
from wanjia.queries.standing.indicators import FigureRow


@dataclass(frozen=True)
class OpenedRow:
    """One row of a figure; `value` as in FigureRow."""

    case: CaseRow
    value: float


def opened_rows(actor: Actor, rows: Sequence[FigureRow], now: datetime, language: str) -> list[OpenedRow]:
    """The rows with their cases, in the given order. Rows of a figure of the same actor: all of them are found."""
    known = {case.number: case for case in cases_by_number(actor, {row.number for row in rows}, now, language)}
    return [OpenedRow(known[row.number], row.value) for row in rows if row.number in known]
