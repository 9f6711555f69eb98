"""Changes of outages on the driver's disk: each batch of the stream exactly once, however often it is run again.

The batch's number is in the transaction that writes it. After a kill Spark runs the last batch again, with the same
events from its checkpoint and the same state; its number is there already, so nothing is written twice, or it is not,
and nothing was written.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from wanjia.model.faults import Fault, Refused, Where

TABLES = """
CREATE TABLE IF NOT EXISTS stream (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS batches (id INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS changes (
  id INTEGER PRIMARY KEY, batch INTEGER NOT NULL, part INTEGER NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS counts (name TEXT PRIMARY KEY, count INTEGER NOT NULL);
"""


class Changes:
    """One stream's changes, for one network and planned work that only grows."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with closing(self._open()) as rows, rows:
            rows.executescript(TABLES)

    def _open(self) -> sqlite3.Connection:
        """A connection of its own each time: Spark calls from threads of its own."""
        rows = sqlite3.connect(self._path, timeout=60.0, isolation_level="IMMEDIATE")
        rows.execute("PRAGMA journal_mode = WAL")
        rows.execute("PRAGMA synchronous = FULL")
        return rows

    def claim(self, network: str, plans: Sequence[str]) -> None:
        """Notes whose changes these are. Raises Refused when they are another network's, or a plan has gone."""
        with closing(self._open()) as rows, rows:
            held = dict(rows.execute("SELECT name, value FROM stream"))
            before = json.loads(held.get("plans", "[]"))
            if held.get("network", network) != network:
                raise Refused([Fault("stream.other_network", Where(self._path.name))])
            if before != list(plans[: len(before)]):
                raise Refused([Fault("stream.plans_changed", Where(self._path.name), {"count": len(before)})])
            rows.executemany(
                "INSERT OR REPLACE INTO stream VALUES (?, ?)",
                [("network", network), ("plans", json.dumps(list(plans)))],
            )

    def write(self, batch: int, changes: Sequence[tuple[int, int, str]], counts: Mapping[str, int]) -> None:
        """One batch of the stream: (part, at, body), and counts to add; nothing when it was written before."""
        if not changes and not any(counts.values()):
            return
        with closing(self._open()) as rows, rows:
            if rows.execute("INSERT OR IGNORE INTO batches VALUES (?)", (batch,)).rowcount == 0:
                return
            rows.executemany(
                "INSERT INTO changes (batch, part, at, body) VALUES (?, ?, ?, ?)",
                [(batch, *change) for change in changes],
            )
            rows.executemany(
                "INSERT INTO counts VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET count = count + excluded.count",
                [(name, count) for name, count in counts.items() if count],
            )

    def all(self) -> list[tuple[int, str]]:
        """(part, body) in the order of writing."""
        with closing(self._open()) as rows, rows:
            return list(rows.execute("SELECT part, body FROM changes ORDER BY id"))

    def counts(self) -> dict[str, int]:
        """What was counted so far, by name."""
        with closing(self._open()) as rows, rows:
            return dict(rows.execute("SELECT name, count FROM counts"))
