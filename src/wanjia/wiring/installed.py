"""A network that is installed, as the rooms pass it on; knows no rows."""

from dataclasses import dataclass

from wanjia.model.network import Network


@dataclass(frozen=True, eq=False)
class ActiveNetwork:
    """A network with the digest under which it is installed."""

    digest: str
    network: Network
