"""The append-only history: every row seals the one before it, so that a changed or missing row shows."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import TypeAlias

from django.db.models import OuterRef, Subquery

from wanjia.model.actors import Actor
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import HistoryEntry

Line: TypeAlias = tuple[str, Facts]
"""A verb and its data."""

FIRST_HASH = "0" * 64
"""What the first entry of a subject seals."""


def write_history(subject: str, actor: Actor, at: datetime, lines: Iterable[Line]) -> None:
    """Append (verb, data) lines for a subject, in the caller's transaction."""
    write_histories([(subject, actor, at, lines)])


def write_histories(additions: Iterable[tuple[str, Actor, datetime, Iterable[Line]]]) -> None:
    """The same for any number of different subjects in one statement. The caller has each of them locked."""
    wanted = [(subject, actor, at, list(lines)) for subject, actor, at, lines in additions]
    ends = _ends([subject for subject, _, _, lines in wanted if lines])
    rows: list[HistoryEntry] = []
    for subject, actor, at, lines in wanted:
        sequence, previous = ends.get(subject, (0, FIRST_HASH))
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


def _ends(subjects: list[str]) -> dict[str, tuple[int, str]]:
    """Subject -> sequence and seal of its last entry."""
    entries = HistoryEntry.objects.values_list("subject", "sequence", "entry_hash")
    if len(subjects) == 1:
        last = entries.filter(subject=subjects[0]).order_by("-sequence")[:1]
    else:
        newest = HistoryEntry.objects.filter(subject=OuterRef("subject")).order_by("-sequence").values("sequence")[:1]
        last = entries.filter(subject__in=subjects, sequence=Subquery(newest)).order_by()
    return {subject: (sequence, seal) for subject, sequence, seal in last}


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
