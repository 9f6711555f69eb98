"""Device keys: 64 bits of a device's id, so that an event has a fixed size; and which slot of the grid a key is.

The key is BLAKE2b (RFC 7693) of the id's UTF-8 bytes with a digest of 8 bytes, read as a little-endian number. It is
spread evenly, so its low bits are the place in the table: open addressing, the next free place on a collision.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from wanjia.adapters.telemetry.nouns import Keys
from wanjia.compiled import loop
from wanjia.kernels.sensing.grid import Grid
from wanjia.kernels.sensing.nouns import Ints
from wanjia.model.faults import Fault, Refused, Where

UNKNOWN = -1
"""Slot of a key that is no device of the grid."""
KEY, SLOT = range(2)
ROOM = 2
"""Places a device, at least: half of them free, so that a look-up looks at 1.5 on average."""
BLOCK = 256
"""Keys whose places are fetched together: 16 KB of lines, half of a first-level cache."""
COLLISIONS_SHOWN = 5


def key_of(device_id: str) -> int:
    """The key of one device. Raises UnicodeEncodeError for half a pair of surrogates."""
    return int.from_bytes(blake2b(device_id.encode(), digest_size=8).digest(), "little")


def keys_of(device_ids: Iterable[str]) -> Keys:
    """The keys of many devices, [n]; a microsecond each."""
    raw = b"".join([blake2b(one.encode(), digest_size=8).digest() for one in device_ids])
    return np.frombuffer(raw, "<u8").astype(np.uint64)


@dataclass(frozen=True, eq=False)
class DeviceKeys:
    """`places`[2^k, 2]: key and slot, of every meter and terminal of a grid; slot UNKNOWN where it is free."""

    places: NDArray[np.int64]

    @classmethod
    def of(cls, grid: Grid) -> "DeviceKeys":
        """The keys of a grid's meters and terminals. A district that is called like a meter has no terminal.

        Raises Refused when two different ids have the same key (once in 9 million networks of two million devices).
        """
        meters = grid.network.meters.ids.tolist()
        terminals = grid.network.districts.ids.tolist()
        slots = np.concatenate((grid.slot_of_meter, grid.slot_of_terminal)).astype(np.int64)
        keys = keys_of([*meters, *terminals])
        order = np.argsort(keys, kind="stable")
        again = order[1:][keys[order][1:] == keys[order][:-1]]
        if len(again):
            _refuse_collisions([*meters, *terminals], keys, again)
            slots, keys = np.delete(slots, again), np.delete(keys, again)
        return cls.table(keys, slots)

    @classmethod
    def table(cls, keys: Keys, slots: NDArray[np.int64]) -> "DeviceKeys":
        """A table of distinct keys."""
        size = 1 << max(4, (ROOM * len(keys) - 1).bit_length())
        places = np.full((size, 2), UNKNOWN, np.int64)
        _fill(places, keys.view(np.int64), slots)
        return cls(places)

    def slots(self, keys: Keys) -> Ints:
        """The slot of each key, UNKNOWN where there is none, [n]."""
        found = np.empty(len(keys), np.int32)
        _find(self.places, np.ascontiguousarray(keys).view(np.int64), found)
        return found


def _refuse_collisions(ids: list[str], keys: Keys, again: NDArray[np.int64]) -> None:
    """Raises Refused unless every repeated key is of one id that stands twice."""
    repeated = {int(keys[i]) for i in again.tolist()}
    holders: dict[int, Counter[str]] = {key: Counter() for key in repeated}
    for name, key in zip(ids, keys.tolist(), strict=True):
        if key in repeated:
            holders[key][name] += 1
    clashes = [sorted(names) for names in holders.values() if len(names) > 1]
    if clashes:
        raise Refused(
            [
                Fault("telemetry.keys_collide", Where(), {"one": names[0], "other": names[1]})
                for names in clashes[:COLLISIONS_SHOWN]
            ]
        )


@loop()
def _fill(places: NDArray[np.int64], keys: NDArray[np.int64], slots: NDArray[np.int64]) -> None:
    mask = len(places) - 1
    for i in range(len(keys)):
        at = keys[i] & mask
        while places[at, SLOT] != UNKNOWN:
            at = (at + 1) & mask
        places[at, KEY], places[at, SLOT] = keys[i], slots[i]


@loop()
def _find(places: NDArray[np.int64], keys: NDArray[np.int64], found: Ints) -> None:
    mask = len(places) - 1
    for begin in range(0, len(keys), BLOCK):
        end = min(begin + BLOCK, len(keys))
        # Reads the first place of every key of the block at once; one after the other, each would be waited for.
        total = 0
        for i in range(begin, end):
            total += places[keys[i] & mask, SLOT]
        if total == UNKNOWN * (end - begin):
            # All free: none of them is known. (Without this use of the sum the compiler would drop the loop.)
            found[begin:end] = UNKNOWN
            continue
        for i in range(begin, end):
            at = keys[i] & mask
            while places[at, SLOT] != UNKNOWN and places[at, KEY] != keys[i]:
                at = (at + 1) & mask
            found[i] = places[at, SLOT]
