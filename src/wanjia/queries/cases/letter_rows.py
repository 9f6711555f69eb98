"""Issued letters as lines of a list; what stands in one is told by `letter_content`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from wanjia.records.cases.models import Letter


@dataclass(frozen=True)
class LetterRow:
    """An issued letter."""

    number: str
    title: str
    issued_at: datetime


def letter_rows(rows: Iterable[Letter], language: str) -> tuple[LetterRow, ...]:
    """Letters by their titles."""
    return tuple(
        LetterRow(row.number, str((row.content.get(language) or {}).get("title") or row.letter), row.issued_at)
        for row in rows
    )
