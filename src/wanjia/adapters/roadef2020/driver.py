"""Reads an instance from a file."""

import gc
from pathlib import Path

from wanjia.adapters.roadef2020.codec import Instance, decode
from wanjia.model.faults import Fault, Refused, Where

INSTANCE_BYTES_MAX = 1024**3
"""Bytes of an instance; the challenge's have up to 170 MB, and reading takes some seven times as much memory."""


def read(path: Path) -> Instance:
    """The instance in the file. Raises Refused with every fault.

    Millions of small objects come into being at once and none is garbage: the collector waits until they are read.
    """
    if path.stat().st_size > INSTANCE_BYTES_MAX:
        raise Refused([Fault("roadef.too_large", Where(path.name), {"limit_mb": INSTANCE_BYTES_MAX // 1024**2})])
    collects = gc.isenabled()
    gc.disable()
    try:
        return decode(path.name, path.read_bytes())
    finally:
        if collects:
            gc.enable()
