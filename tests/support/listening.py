"""A network, its rows and what sensing made of them, in the store of the environment; and a running listener.

`python -m tests.support.listening install 2x4x5x20` installs a network (feeders, sections, districts, meters),
a number behind it registers so many customers with a telephone;
`python -m tests.support.listening rows` prints what sensing has written.
"""

import hashlib
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from tests.support import stores
from tests.support.feeders import made
from tests.support.killing import WANJIA
from wanjia.kernels.topology.making import make_network
from wanjia.model.network import Network

STOP_SECONDS_MAX = 60


def network_of(sizes: str) -> Network:
    """The same network in every process: feeders, sections, districts, meters; or a prefecture of so many districts."""
    if "x" not in sizes:
        return make_network(int(sizes), np.random.default_rng(1), with_meters=True)
    return made(*(int(size) for size in sizes.split("x")))


def digest_of(sizes: str) -> str:
    """Under which it is installed."""
    return hashlib.sha256(sizes.encode()).hexdigest()


class Listener:
    """`wanjia listen` on a store, to be killed and started again."""

    def __init__(self, store: stores.Store, broker_url: str, log: Path, clock: str = "sent") -> None:
        self._store, self._log = store, log
        way = ("--broker", broker_url) if broker_url else ()
        self._arguments = (*WANJIA, "listen", *way, "--clock", clock)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns at once; it listens when it is ready."""
        self._process = self._store.start(*self._arguments, log=self._log)

    @property
    def process_id(self) -> int:
        """Of the listener."""
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it is there."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """`kill -9`."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """An orderly end; its exit status."""
        return self._end(signal.SIGTERM)

    def _end(self, with_signal: signal.Signals) -> int:
        assert self._process is not None
        self._process.send_signal(with_signal)
        return self._process.wait(STOP_SECONDS_MAX)


def rows(store: stores.Store) -> dict[str, Any]:
    """What is in the store now."""
    found: dict[str, Any] = json.loads(store.python("-m", "tests.support.listening", "rows"))
    return found


def _install(sizes: str, registered: int) -> None:
    from django.conf import settings  # noqa: PLC0415  (rows exist only once Django is set up)
    from django.utils import timezone  # noqa: PLC0415

    from wanjia.adapters.grid_files.folder import write_network  # noqa: PLC0415
    from wanjia.records.network.models import Customer, Feeder, NetworkModel, TransformerDistrict  # noqa: PLC0415

    network = network_of(sizes)
    write_network(Path(settings.HOME) / "network" / sizes, network, ".parquet")
    names = dict.fromkeys(network.districts.feeder.tolist())
    Feeder.objects.bulk_create([Feeder(code=name, name_zh=name) for name in names], ignore_conflicts=True)
    TransformerDistrict.objects.bulk_create(
        [
            TransformerDistrict(
                code=code, name_zh=code, feeder_id=feeder, organisation_id="station-1", cell_code="C111",
                area_class="rural", capacity_kva=400, customers=customers, longitude=119.91, latitude=29.91,
            )
            for code, feeder, customers in zip(
                network.districts.ids, network.districts.feeder, network.districts.customers.tolist(), strict=True
            )
        ],
        500,
    )  # fmt: skip
    codes = network.districts.ids.tolist()
    Customer.objects.bulk_create(
        [
            Customer(
                number=f"R{at:09d}", name="用户", phone=f"139{at:08d}", address="海棠村",
                district_id=codes[at % len(codes)], longitude=119.91, latitude=29.91,
            )
            for at in range(registered)
        ],
        500,
    )  # fmt: skip
    NetworkModel.objects.update(active=False)
    NetworkModel.objects.create(
        digest=digest_of(sizes), folder=f"network/{sizes}", active=True, nodes=len(network.nodes.ids),
        branches=len(network.branches.ids), districts=len(network.districts.ids), meters=len(network.meters.ids),
        installed_at=timezone.now(),
    )  # fmt: skip


def _rows() -> None:
    from wanjia.records.cases.models import Delivery  # noqa: PLC0415
    from wanjia.records.network.models import (  # noqa: PLC0415
        DistrictState,
        Outage,
        OutageRevision,
        SensingPosition,
        SequenceGap,
    )

    position = SensingPosition.objects.first()
    print(
        json.dumps(
            {
                "journal_at": position.journal_at if position else 0,
                "changes": position.changes if position else 0,
                "tick_at": position.tick_at.timestamp() if position and position.tick_at else 0,
                "counts": position.counts if position else {},
                "outages": [
                    [one.sensing_key.rpartition(":")[2], one.device_id, one.status, one.starts_at.timestamp(),
                     one.ends_at.timestamp() if one.ends_at else None,
                     sorted(one.districts.values_list("district_id", flat=True))]
                    for one in Outage.objects.order_by("id")
                ],
                "announced": OutageRevision.objects.filter(what="announced").count(),
                "gaps": [
                    [gap.sender, gap.first_missing, gap.last_missing, gap.filled_at is not None]
                    for gap in SequenceGap.objects.order_by("sender", "first_missing")
                ],
                "deliveries": Delivery.objects.count(),
                "states": DistrictState.objects.count(),
                "dark": DistrictState.objects.exclude(dark_since=None).count(),
                "heard": sum(DistrictState.objects.values_list("meters_heard", flat=True)),
            }
        )
    )  # fmt: skip


if __name__ == "__main__":
    stores.set_up()
    if sys.argv[1] == "install":
        _install(sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 0)
    else:
        _rows()
