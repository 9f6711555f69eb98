"""The table of a case's life: complete, kept by the machine, and shown in the documentation as it is."""

from pathlib import Path
from typing import get_args

from wanjia.engine.life import LIFE
from wanjia.engine.machine import _HANDLE
from wanjia.engine.nouns import Event, Start

PAGE = Path(__file__).parents[3] / "docs" / "explanation" / "case-engine.md"


def test_every_event_has_a_row_and_a_handler() -> None:
    events = set(get_args(Event))
    assert set(LIFE) == events - {Start}
    assert set(_HANDLE) == events


def test_the_page_shows_the_table() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    shown = [tuple(cell.strip() for cell in row.strip("|").split("|")) for row in rows if "Start" not in row][1:]
    expected = [
        (event.__name__, before.value, " or ".join(sorted((status.value for status in after), reverse=True)))
        for event, moves in LIFE.items()
        for before, after in moves.items()
    ]
    assert shown == expected
