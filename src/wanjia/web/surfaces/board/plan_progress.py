"""What a browser is told of plans under way: a mark that changes when what is shown of them changes, and only then."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from wanjia.queries.network.plan_shapes import PlanLine


def mark_of(lines: Sequence[PlanLine]) -> str:
    """Another text as soon as a line differs in what is read of it; the time left is read in whole seconds."""
    shown = [replace(one, remaining_seconds=_whole(one.remaining_seconds)) for one in lines]
    return hashlib.blake2b(repr(shown).encode(), digest_size=9).hexdigest()


def _whole(seconds: float | None) -> float | None:
    return None if seconds is None else float(round(seconds))
