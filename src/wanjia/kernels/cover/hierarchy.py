"""Identifiers, levels and parents of cells: unique, one level at a time, and naming a cell that is there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wanjia.kernels.cover.shapes import CellShape
from wanjia.model.places import IDENTIFIER_CHARACTERS_MAX, LEVELS_MAX, Position


@dataclass(frozen=True)
class InvalidCell:
    """A cell that is wrong in itself: why (a code), and a point of it where there is one.

    `row` is its 1-based place in the input. `area_m2` is given where the fault has an extent (outside its parent).
    """

    cell_id: str
    reason: str
    point: Position | None
    row: int = 0
    area_m2: float | None = None


def first_of_each(cells: Sequence[CellShape]) -> dict[str, CellShape]:
    """Cells by id; of cells with the same id the first stands. Cells without id or level are left out."""
    known: dict[str, CellShape] = {}
    for cell in cells:
        if cell.cell_id and 1 <= cell.level <= LEVELS_MAX:
            known.setdefault(cell.cell_id, cell)
    return known


def reasons_of(cell: CellShape, known: dict[str, CellShape]) -> Iterator[str]:
    """All that is wrong with the identifier, the level and the parent of one cell, as reason codes."""
    yield from _id_reasons(cell, known)
    if not 1 <= cell.level <= LEVELS_MAX:
        yield "level_out_of_range"
    elif cell.level == 1:
        if cell.parent_id:
            yield "parent_at_level_1"
    else:
        yield from _parent_reasons(cell, known)


def _id_reasons(cell: CellShape, known: dict[str, CellShape]) -> Iterator[str]:
    if not cell.cell_id:
        yield "id_missing"
    elif known.get(cell.cell_id, cell) is not cell:
        yield "id_twice"
    if len(cell.cell_id) > IDENTIFIER_CHARACTERS_MAX:
        yield "id_too_long"


def _parent_reasons(cell: CellShape, known: dict[str, CellShape]) -> Iterator[str]:
    parent = known.get(cell.parent_id)
    if not cell.parent_id:
        yield "parent_missing"
    elif parent is None:
        yield "parent_unknown"
    elif parent.level != cell.level - 1:
        yield "level_jump"


def parent_of(cell: CellShape, known: dict[str, CellShape]) -> CellShape | None:
    """The cell one level up that this one names; None at level 1 and where the parent is wrong."""
    parent = known.get(cell.parent_id) if cell.level > 1 else None
    return parent if parent is not None and parent.level == cell.level - 1 else None
