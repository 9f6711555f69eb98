"""The fingerprint of a practice: what it says, not how it is laid out on disk."""

import hashlib
import json
from collections.abc import Mapping

from wanjia.practice.layout import PROSE
from wanjia.practice.parsed import Parsed


def digest(files: Mapping[str, bytes], parsed: Mapping[str, Parsed]) -> str:
    """SHA-256 in hex over all files but the prose, in the order of their names.

    YAML and JSON count as canonical JSON, so comments, indents and the order of keys do not matter; other files as
    text with plain line endings. The order in which files are given does not matter either.
    """
    total = hashlib.sha256()
    for path in sorted(files):
        if path in PROSE:
            continue
        content = canonical(path, files[path], parsed)
        total.update(f"{path}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def canonical(path: str, content: bytes, parsed: Mapping[str, Parsed]) -> bytes:
    """One file in the form that is hashed."""
    part = parsed.get(path)
    if part is None or part.value is None:
        return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return json.dumps(part.value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
