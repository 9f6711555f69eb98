"""Tables on a terminal: columns that line up with Chinese in them too."""

from collections.abc import Iterable, Sequence
from unicodedata import combining, east_asian_width

NAME_WIDTH_MAX = 46
"""Columns for a name, so that a table fits 120 columns."""


def width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def shorten(text: str, columns: int = NAME_WIDTH_MAX) -> str:
    """Cut to so many columns, with an ellipsis."""
    if width(text) <= columns:
        return text
    kept = ""
    for char in text:
        if width(kept + char) > columns - 1:
            break
        kept += char
    return kept.rstrip() + "…"


def table(rows: Iterable[Sequence[str]], names: int = 1, indent: str = "") -> list[str]:
    """Aligned lines; the first `names` columns to the left, figures to the right. Rows are equally long."""
    lines = [[shorten(cell) for cell in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(*lines, strict=True)]
    return [indent + _line(line, widths, names).rstrip() for line in lines]


def _line(cells: Sequence[str], widths: Sequence[int], names: int) -> str:
    padded = []
    for at, (cell, columns) in enumerate(zip(cells, widths, strict=True)):
        space = " " * (columns - width(cell))
        padded.append(cell + space if at < names else space + cell)
    return "  ".join(padded)
