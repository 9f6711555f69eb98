"""The one place that names concrete stores, brokers and adapters."""

import os
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Any

import django
from django.core.management import call_command

from wanjia.model.faults import Fault, Refused, Where

SETTINGS = "wanjia.web.settings"


def embedded(home: Path | None = None) -> None:
    """SQLite and everything in one process, in the folder `home` (default: ./var); nothing else is needed."""
    if home is not None:
        os.environ["WANJIA_HOME"] = str(home)
    os.environ.pop("DATABASE_URL", None)
    ready()


def distributed(database_url: str) -> None:
    """PostgreSQL at that address; any number of web and worker processes."""
    os.environ["DATABASE_URL"] = database_url
    ready()


def ready() -> None:
    """Set Django up as the environment says: DATABASE_URL present means distributed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    django.setup()


def migrate() -> None:
    """Bring the store's tables up to date; a no-op when they are."""
    call_command("migrate", verbosity=0, interactive=False)


def new_worker() -> Any:
    """A `wanjia.wiring.worker.Worker`; loaded late because its rows exist only once Django is set up."""
    return import_module("wanjia.wiring.worker").Worker()


def new_listening(broker_url: str = "", clock: str = "") -> Any:
    """A `wanjia.wiring.telemetry.Listening` by the environment and what is given. Raises Refused."""
    telemetry = import_module("wanjia.wiring.telemetry")
    return telemetry.Listening(telemetry.telemetry_settings(broker_url, clock))


def new_intake() -> tuple[Any, str]:
    """The journal of this installation for writing without a broker, by the messages' own times; and the site."""
    telemetry = import_module("wanjia.wiring.telemetry")
    wanted = telemetry.telemetry_settings(clock="sent")
    return telemetry.open_intake(wanted), wanted.site


def needs_spark() -> None:
    """Returns when Spark and Java are here. Raises Refused, with what to install."""
    if find_spec("pyspark") is None or which("java") is None:
        raise Refused([Fault("spark.missing", Where())])


def new_stream(kept: Path, grid: Any, plans: tuple[Any, ...]) -> Any:
    """A `wanjia.wiring.spark.SensingStream` that keeps what it knows in the folder `kept`. Raises Refused."""
    needs_spark()
    return import_module("wanjia.wiring.spark").SensingStream(kept, grid, plans)


def safety() -> Any:
    """The module `wanjia.wiring.safety`; loaded late because its rows exist only once Django is set up."""
    return import_module("wanjia.wiring.safety")


def new_spark_store(folder: Path, zone: str = "") -> Any:
    """A `wanjia.series.spark.store.SparkStore` of that folder. Raises Refused."""
    needs_spark()
    return import_module("wanjia.series.spark.store").SparkStore(folder, zone)


def spark_sums_of_blocks() -> Any:
    """The function `wanjia.series.spark.plain.sums_of_blocks`. Raises Refused."""
    needs_spark()
    return import_module("wanjia.series.spark.plain").sums_of_blocks
