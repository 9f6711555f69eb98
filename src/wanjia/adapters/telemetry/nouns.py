"""What a message of a sender becomes, and what a refused one leaves behind."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wanjia.model.faults import Fault

Keys = NDArray[np.uint64]
Kinds = NDArray[np.uint8]
Times = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Message:
    """Events of one sender, [n] each: device key, kind (position in EVENT_KINDS), time by the device's clock (ms UTC).

    `sequence` counts the sender's messages; `sent_at` (ms UTC, 0 unknown) is when it was made, and stays the same when
    the message is sent again.
    """

    sender: str
    sequence: int
    sent_at: int
    keys: Keys
    kinds: Kinds
    occurred: Times


@dataclass(frozen=True)
class Refusal:
    """A message that cannot be used, with what is wrong; sender ("" unknown) and sequence (None) as far as readable."""

    faults: tuple[Fault, ...]
    sender: str = ""
    sequence: int | None = None
