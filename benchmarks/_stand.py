"""What the benchmarks that need a store share: the machine's name, and both stores in a temporary folder."""

import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.support import machine, postgres  # noqa: E402  (the repository itself is not installed)
from tests.support.stores import Store, filled_store  # noqa: E402


def quick() -> bool:
    """Whether a small run was asked for."""
    return "--quick" in sys.argv


def describe() -> None:
    """Print on what this runs."""
    load = os.getloadavg()[0]
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {load:.1f}, Python "
          f"{platform.python_version()}{', quick run' if quick() else ''}", flush=True)  # fmt: skip


@contextmanager
def store(kind: str) -> Iterator[Store]:
    """A filled store; PostgreSQL with fsync and synchronous commits, as it is run for a company."""
    with tempfile.TemporaryDirectory(prefix="wanjia-bench-") as folder:
        if kind == "sqlite":
            with filled_store(kind, Path(folder) / "home") as made:
                yield made
            return
        with postgres.server(durable=True) as url, filled_store(kind, Path(folder) / "home", url) as made:
            yield made


def stores() -> list[str]:
    """The stores that this machine has."""
    return ["sqlite", *(["postgres"] if machine.postgres_folder() else [])]
