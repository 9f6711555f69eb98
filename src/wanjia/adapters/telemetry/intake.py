"""What comes in, from the broker or a file: decoded, counted, and written to the journal in groups.

Nothing here knows a socket: `take` what came, `commit` it, then acknowledge.
"""

import itertools
import json
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from wanjia.adapters.telemetry.codec import decode
from wanjia.adapters.telemetry.frames import message_rows
from wanjia.adapters.telemetry.gaps import REPEATED
from wanjia.adapters.telemetry.journal import Journal
from wanjia.adapters.telemetry.limits import ASIDE_BYTES_MAX, ASIDE_FILES_MAX
from wanjia.adapters.telemetry.nouns import Message, Refusal
from wanjia.model.faults import Fault

logger = logging.getLogger(__name__)

ARRIVAL, SENT = "arrival", "sent"
CLOCKS = (ARRIVAL, SENT)
"""What stamps an event's arrival: this machine's clock, or the message's `sent_at`, for streams that are replayed."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """A group that the book of senders knows already and that is still to be written."""

    received: np.ndarray
    keys: np.ndarray
    kinds: np.ndarray
    occurred: np.ndarray
    rows: np.ndarray
    until_ms: int
    repeated: int
    refused: int
    senders: tuple[str, ...]


@dataclass
class Intake:
    """Groups for one journal. `events` and `payload_bytes` say how much was taken and is not committed."""

    journal: Journal
    aside: "Aside"
    clock: str = ARRIVAL
    taken: list[Message | Refusal] = field(default_factory=list)
    events: int = 0
    payload_bytes: int = 0
    _prepared: Prepared | None = None

    def take(self, topic: str, payload: bytes, now_ms: int) -> Message | Refusal:
        """One message; a refused one is kept aside at once."""
        decoded = decode(topic, payload)
        if isinstance(decoded, Refusal):
            self.aside.keep(topic, payload, decoded.faults, now_ms)
        else:
            self.events += len(decoded.keys)
        self.payload_bytes += len(payload)
        self.taken.append(decoded)
        return decoded

    def forget(self) -> None:
        """Drops what was taken and not committed; whoever sent it sends it again."""
        self.taken, self.events, self.payload_bytes = [], 0, 0

    def commit(self, now_ms: int) -> tuple[str, ...]:
        """Writes what was taken; the senders whose messages are on disk now.

        Raises OSError when the disk refuses. The group is then written first by the next call.
        """
        done = self._write() if self._prepared else ()
        if self.taken:
            taken = self.taken
            self.forget()
            self._prepared = self._prepare(taken, now_ms)
            done += self._write()
        return done

    def _write(self) -> tuple[str, ...]:
        one = self._prepared
        assert one is not None
        self.journal.append(
            one.received, one.keys, one.kinds, one.occurred, one.rows, one.until_ms, one.repeated, one.refused
        )
        self._prepared = None
        self.journal.book.take_gaps(one.until_ms)
        return one.senders

    def _prepare(self, taken: Sequence[Message | Refusal], now_ms: int) -> Prepared:
        rows, fresh, times, repeated, refused = [], [], [], 0, 0
        at = max(now_ms, self.journal.until_ms + 1) if self.clock == ARRIVAL else self.journal.until_ms + 1
        for one in taken:
            sent_at = one.sent_at if isinstance(one, Message) else 0
            if self.clock == SENT:
                at = max(at, sent_at)
            is_refused = isinstance(one, Refusal)
            refused += is_refused
            if one.sequence is None:
                continue
            if self.journal.book.note(one.sender, one.sequence, sent_at, at) == REPEATED:
                repeated += not is_refused
                continue
            count = len(one.keys) if isinstance(one, Message) else 0
            rows.append((one.sender, one.sequence, sent_at, count, is_refused))
            if isinstance(one, Message):
                fresh.append(one)
                times.append(at)
        received = np.repeat(np.array(times, np.int64), [len(one.keys) for one in fresh])
        keys, kinds, occurred = (
            np.concatenate([getattr(one, name) for one in fresh]) if fresh else np.empty(0, dtype)
            for name, dtype in (("keys", np.uint64), ("kinds", np.uint8), ("occurred", np.int64))
        )
        senders = tuple(dict.fromkeys(one.sender for one in taken if one.sequence is not None))
        return Prepared(received, keys, kinds, occurred, message_rows(rows), at, repeated, refused, senders)


class Aside:
    """A folder of malformed messages: a line of JSON that says what is wrong, then the payload. Bounded."""

    def __init__(self, folder: Path, files_max: int = ASIDE_FILES_MAX) -> None:
        self.folder, self.files_max = folder, files_max
        folder.mkdir(parents=True, exist_ok=True)
        self._names = sorted(path.name for path in folder.iterdir())
        self._serial = itertools.count(len(self._names))

    def keep(self, topic: str, payload: bytes, faults: Sequence[Fault], now_ms: int) -> None:
        """Keeps the beginning of a payload; the oldest goes when there are too many."""
        shown = [{"code": one.code, "where": str(one.where), "values": dict(one.values)} for one in faults]
        head = {"topic": topic, "received_ms": now_ms, "bytes": len(payload), "faults": shown}
        name = f"{now_ms:013d}-{os.getpid()}-{next(self._serial):06d}-{faults[0].code.partition('.')[2]}"
        line = json.dumps(head, ensure_ascii=True, default=str).encode()
        try:
            (self.folder / name).write_bytes(line + b"\n" + payload[:ASIDE_BYTES_MAX])
        except OSError:  # a full disk must not stop what can still be used
            logger.exception("a malformed message of %s could not be kept aside", topic)
            return
        self._names.append(name)
        while len(self._names) > self.files_max:
            (self.folder / self._names.pop(0)).unlink(missing_ok=True)
