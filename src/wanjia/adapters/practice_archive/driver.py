"""The installation's own signing key: from the environment, or made once and kept readable by the owner only."""

import base64
import contextlib
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wanjia.adapters.practice_archive.codec import key_from

NAME = "practice_signing_key"
VARIABLE = "WANJIA_PRACTICE_KEY"
"""Base64 of the 32 bytes; for installations of several machines, which must sign with one key."""


def signing_key(home: Path) -> Ed25519PrivateKey:
    """The key below `home`. Raises ValueError when what is kept there, or given, is no key."""
    given = os.environ.get(VARIABLE)
    if given:
        return key_from(given)
    path = home / NAME
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        made = home / f"{NAME}.{os.getpid()}"
        made.touch(mode=0o600)
        made.write_text(base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode())
        with contextlib.suppress(FileExistsError):
            os.link(made, path)
        made.unlink()
    return key_from(path.read_text())
