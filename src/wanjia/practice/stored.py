"""A practice as it lies in the store: read again from its files, once per digest."""

from collections.abc import Mapping
from threading import Lock

from wanjia.practice.nouns import Practice
from wanjia.practice.reader import read

PRACTICES_KEPT = 64
"""Read versions kept in memory: every active practice of a company, and a few versions that cases still run on."""

_kept: dict[str, Practice] = {}
_lock = Lock()


def stored_practice(digest: str, files: Mapping[str, str]) -> Practice:
    """The practice of these files; pure, the memory by digest only saves reading it again. Raises ValueError if broken."""
    found = _kept.get(digest)
    if found is None:
        reading = read({path: text.encode() for path, text in files.items()})
        if reading.practice is None:
            raise ValueError(f"stored practice {digest[:12]} cannot be read: {reading.faults[:3]}")
        found = reading.practice
        with _lock:
            while len(_kept) >= PRACTICES_KEPT:
                _kept.pop(next(iter(_kept)))
            _kept[digest] = found
    return found


def text_files(files: Mapping[str, bytes]) -> dict[str, str]:
    """The folder as text, as it is stored."""
    return {path: content.decode() for path, content in sorted(files.items())}
