"""The append-only history: every row seals the one before it, so that a changed or missing row shows."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime

from wanjia.model.actors import Actor
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import HistoryEntry

FIRST_HASH = "0" * 64
"""What the first entry of a subject seals."""


def write_history(subject: str, actor: Actor, at: datetime, lines: Iterable[tuple[str, Facts]]) -> None:
    """Append (verb, data) lines for a subject, in the caller's transaction; no lines, no statement."""
    lines = list(lines)
    if not lines:
        return
    last = HistoryEntry.objects.filter(subject=subject).order_by("-sequence").first()
    sequence, previous = (last.sequence, last.entry_hash) if last else (0, FIRST_HASH)
    rows: list[HistoryEntry] = []
    for verb, data in lines:
        sequence += 1
        seal = _seal(previous, subject, sequence, at, actor.reference, verb, data)
        rows.append(
            HistoryEntry(
                subject=subject, sequence=sequence, at=at, actor=actor.reference, actor_name=actor.name,
                verb=verb, data=data, previous_hash=previous, entry_hash=seal,
            )
        )  # fmt: skip
        previous = seal
    HistoryEntry.objects.bulk_create(rows)


def broken_links(subject: str) -> list[int]:
    """Sequence numbers of the entries whose seal does not fit; empty for an untouched history."""
    broken: list[int] = []
    previous = FIRST_HASH
    for expected, row in enumerate(HistoryEntry.objects.filter(subject=subject).order_by("sequence"), start=1):
        seal = _seal(row.previous_hash, subject, row.sequence, row.at, row.actor, row.verb, row.data)
        if row.previous_hash != previous or row.entry_hash != seal or row.sequence != expected:
            broken.append(row.sequence)
        previous = row.entry_hash
    return broken


def _seal(previous: str, subject: str, sequence: int, at: datetime, actor: str, verb: str, data: Facts) -> str:
    body = json.dumps([previous, subject, sequence, at.timestamp(), actor, verb, data], sort_keys=True)
    return hashlib.sha256(body.encode()).hexdigest()
