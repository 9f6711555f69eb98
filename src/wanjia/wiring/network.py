"""The network that is installed and active, read from its folder. Import after the store has been made ready."""

import logging
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from wanjia.adapters.grid_files.folder import read_network
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.network import Network
from wanjia.records.network.models import NetworkModel
from wanjia.wiring.installed import ActiveNetwork

NETWORKS_KEPT = 2
"""The active network, and the one before it while pages of both are open."""


def active_lines() -> Network | None:
    """The active network without its meters; None where none is installed, or its folder cannot be read now."""
    digest = active_digest()
    try:
        return _lines(digest) if digest else None
    except (Refused, OSError) as refused:  # whoever asks has everything else to show
        logging.getLogger(__name__).warning("the network %s cannot be read: %s", digest[:12], refused)
        return None


@lru_cache(maxsize=NETWORKS_KEPT)
def _lines(digest: str) -> Network | None:
    found = active_network(Path(settings.HOME), with_meters=False)
    return found.network if found and found.digest == digest else None


def active_digest() -> str:
    """Digest of the active network; empty when none is."""
    row = NetworkModel.objects.filter(active=True).values_list("digest", flat=True).first()
    return row or ""


def active_network(home: Path, with_meters: bool = True) -> ActiveNetwork | None:
    """The active network of an installation whose data folder is `home`; None when none is installed.

    Without its meters it is read in a moment: a drawing needs no more. Raises Refused when its folder cannot be read.
    """
    row = NetworkModel.objects.filter(active=True).first()
    if row is None:
        return None
    folder = home / row.folder
    if not folder.is_dir():
        raise Refused([Fault("telemetry.network_folder", Where(row.folder), {})])
    read = read_network(folder, with_meters)
    if read.network is None:
        raise Refused(read.faults)
    return ActiveNetwork(row.digest, read.network)
