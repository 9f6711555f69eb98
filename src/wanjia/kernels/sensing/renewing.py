"""A later zero for the memory's times: 32 bits of tenths of a second end some time, an installation does not."""

from dataclasses import replace

import numpy as np

from wanjia.kernels.sensing.arrival import MILLISECONDS, TIME_MAX
from wanjia.kernels.sensing.memory import GASP, LIFE, NEVER
from wanjia.kernels.sensing.nouns import Ints
from wanjia.kernels.sensing.step import State

EPOCH_MS_MAX = 200 * 24 * 3600 * 1000
"""After so long the zero is moved: well before the 1.7 years that the memory's times can tell apart."""


def with_epoch(state: State, epoch: int) -> State:
    """The same knowledge with times counted from `epoch` (ms), which lies whole tenths of a second from the old one.

    Takes the state over, as the step does. Words older than the memory can tell (1.7 years) are kept as that old.
    """
    tenths, rest = divmod(epoch - state.epoch, MILLISECONDS)
    if rest:
        raise ValueError(f"{epoch - state.epoch} ms are no whole tenths of a second")
    memory, ledger = state.memory, state.ledger
    for column in (GASP, LIFE):
        memory.cells[:, column] = _moved(memory.cells[:, column], tenths)
    for times in (memory.onset, memory.noticed, memory.back, memory.back_onset, memory.freed):
        times[:] = _moved(times, tenths)
    ledger.waiting = {key: since - tenths for key, since in ledger.waiting.items()}
    for held in (*ledger.held.values(), *ledger.works.values()):
        held.pending_since = held.pending_since if held.pending_since == NEVER else held.pending_since - tenths
    return replace(state, epoch=epoch)


def renewed(state: State) -> State:
    """The state as it is while its zero is young enough; else with a zero of now."""
    age = state.now - state.epoch
    return with_epoch(state, state.now - age % MILLISECONDS) if age > EPOCH_MS_MAX else state


def _moved(times: Ints, tenths: int) -> Ints:
    moved = np.clip(times.astype(np.int64) - tenths, -TIME_MAX, TIME_MAX)
    found: Ints = np.where(times == NEVER, NEVER, moved).astype(np.int32)
    return found
