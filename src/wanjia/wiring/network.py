"""The network that is installed and active, read from its folder. Import after the store has been made ready."""

from pathlib import Path

from wanjia.adapters.grid_files.folder import read_network
from wanjia.model.faults import Fault, Refused, Where
from wanjia.records.network.models import NetworkModel
from wanjia.wiring.installed import ActiveNetwork


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
