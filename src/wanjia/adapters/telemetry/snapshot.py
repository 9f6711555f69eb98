"""What the sensing loop knows, as one file beside the journal: written whole or not at all, the two newest kept.

The file is a zip of NumPy arrays, whose members are checksummed; what is not an array is JSON in one of them.
"""

import io
import json
import logging
import os
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from wanjia.adapters.telemetry.gaps import SequenceBook
from wanjia.adapters.telemetry.journal import sync_folder
from wanjia.kernels.sensing.ledger import Held, Ledger
from wanjia.kernels.sensing.memory import Memory
from wanjia.kernels.sensing.nouns import Evidence, Outage, Plan
from wanjia.kernels.sensing.step import State

logger = logging.getLogger(__name__)

FORM = 2
"""Counts on when what the kernel remembers has another meaning, so that no other kernel's memory is taken up."""
ENDING, KEPT = ".snapshot", 2


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The state after `journal_at` entries of the journal and `changes` changes; plans by their code, in order."""

    journal_at: int
    changes: int
    state: State
    plans: Mapping[str, Plan]
    book: SequenceBook
    counts: Mapping[str, int]


def snapshot_bytes(one: Snapshot) -> bytes:
    """The file."""
    state, ledger = one.state, one.state.ledger
    head = {
        "form": FORM, "journal_at": one.journal_at, "changes": one.changes, "epoch": state.epoch, "now": state.now,
        "plans": {code: asdict(plan) for code, plan in one.plans.items()}, "book": one.book.as_plain(),
        "counts": dict(one.counts), "serial": ledger.serial, "waiting": ledger.waiting,
        "held": {number: _plain(held) for number, held in ledger.held.items()},
        "works": {number: _plain(held) for number, held in ledger.works.items()},
        "late": {rank: asdict(outage) for rank, outage in ledger.late.items()},
    }  # fmt: skip
    text = json.dumps(head, separators=(",", ":"), default=lambda value: value.item()).encode()
    arrays = {f"memory_{name}": values for name, values in vars(state.memory).items()}
    out = io.BytesIO()
    np.savez(out, head=np.frombuffer(text, np.uint8), owner=ledger.owner, overrun=ledger.overrun, **arrays)
    return out.getvalue()


def snapshot_of(data: bytes) -> Snapshot | None:
    """What snapshot_bytes was given; None when it was damaged or is of another form."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            head = json.loads(arrays["head"].tobytes())
            if head["form"] != FORM:
                return None
            memory = Memory(*(arrays[f"memory_{field.name}"] for field in fields(Memory)))
            ledger = _ledger(head, arrays["owner"], arrays["overrun"])
    except (ValueError, KeyError, TypeError, EOFError, OSError, zipfile.BadZipFile, zlib.error):
        return None
    plans = {code: Plan(**plan) for code, plan in head["plans"].items()}
    state = State(memory, ledger, head["epoch"], head["now"])
    book = SequenceBook.from_plain(head["book"])
    return Snapshot(head["journal_at"], head["changes"], state, plans, book, head["counts"])


def _plain(held: Held) -> dict[str, Any]:
    return {**asdict(held), "ranks": held.ranks.tolist()}


def _ledger(head: dict[str, Any], owner: np.ndarray, overrun: np.ndarray) -> Ledger:
    held, works = ({int(number): _held(one) for number, one in head[name].items()} for name in ("held", "works"))
    late = {int(rank): _outage(one) for rank, one in head["late"].items()}
    waiting = {int(key): since for key, since in head["waiting"].items()}
    return Ledger(owner, overrun, head["serial"], held, waiting, works, late)


def _held(plain: dict[str, Any]) -> Held:
    outage, ranks, pending = _outage(plain["outage"]), np.array(plain["ranks"], np.int32), tuple(plain["pending"])
    return Held(**{**plain, "outage": outage, "ranks": ranks, "pending": pending})


def _outage(plain: dict[str, Any]) -> Outage:
    return Outage(**{**plain, "districts": tuple(plain["districts"]), "evidence": Evidence(**plain["evidence"])})


class Snapshots:
    """The snapshots of one network in a folder."""

    def __init__(self, folder: Path, digest: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.digest = folder, digest

    def write(self, one: Snapshot) -> None:
        """On disk when it returns. Raises OSError, and then the earlier ones are as they were."""
        path = self.folder / f"{self.digest[:16]}-{one.changes:012d}-{one.journal_at:016d}{ENDING}"
        unfinished = path.with_suffix(".part")
        with unfinished.open("wb") as file:
            file.write(snapshot_bytes(one))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        sync_folder(self.folder)
        for old in self._files()[KEPT:]:
            old.unlink(missing_ok=True)

    def newest(self, changes_max: int, journal_max: int) -> Snapshot | None:
        """The newest that is sound and not ahead of the rows or of the journal."""
        for path in self._files():
            found = snapshot_of(path.read_bytes())
            if found is None:
                logger.error("snapshot %s is damaged and left out", path.name)
            elif found.changes <= changes_max and found.journal_at <= journal_max:
                return found
        return None

    def oldest_at(self) -> int:
        """How far the journal is covered by every snapshot that is kept; 0 without any."""
        return min((int(path.stem.rpartition("-")[2]) for path in self._files()), default=0)

    def _files(self) -> list[Path]:
        """Newest first."""
        return sorted(self.folder.glob(f"{self.digest[:16]}-*{ENDING}"), reverse=True)
