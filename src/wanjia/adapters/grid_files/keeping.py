"""An installation's own copy of a network's tables, in a folder named after what is in them."""

import hashlib
from pathlib import Path

from wanjia.adapters.grid_files.folder import write_network
from wanjia.model.network import Network

FOLDER = "network"
"""Below the installation's data folder."""
ENDING = ".parquet"


def keep_network(home: Path, network: Network) -> tuple[str, str]:
    """Writes the network below `home`; returns its digest and its folder's name relative to `home`."""
    making = home / FOLDER / "making"
    names = write_network(making, network, ENDING)
    digest = hashlib.sha256()
    for name in sorted(names):
        digest.update(name.encode() + b"\0")
        digest.update((making / name).read_bytes())
    kept = home / FOLDER / digest.hexdigest()
    if kept.exists():
        for name in names:
            (making / name).replace(kept / name)
        making.rmdir()
    else:
        making.rename(kept)
    return digest.hexdigest(), str(kept.relative_to(home))
