"""Which measurement store this installation has, as the environment says.

WANJIA_SERIES   folder of the measurements (default: series below WANJIA_HOME); shared storage where processes run on
                several machines
WANJIA_SERIES_ENGINE
                duckdb (default) or spark: who compacts and balances a day; set it where the worker runs, pages read the
                same folder in their own process
"""

import os
from importlib import import_module
from pathlib import Path

from django.conf import settings

from wanjia.series.opening import bind
from wanjia.series.port import MeasurementStore
from wanjia.wiring import new_spark_store

FOLDER = "series"


def series_folder() -> Path:
    """Where the measurements lie."""
    given = os.environ.get("WANJIA_SERIES", "")
    return Path(given) if given else Path(settings.HOME) / FOLDER


def bind_series() -> None:
    """From now on actions and queries find the store; it is opened, and made where there is none, at first use."""
    bind(_opened)


def _opened() -> MeasurementStore:
    """The engine is loaded late: DuckDB is worth it only for whoever asks for measurements. Raises Refused."""
    if os.environ.get("WANJIA_SERIES_ENGINE", "duckdb") == "spark":
        spark_store: MeasurementStore = new_spark_store(series_folder(), settings.TIME_ZONE)
        return spark_store
    store: MeasurementStore = import_module("wanjia.series.duckdb.store").DuckDBStore(
        series_folder(), settings.TIME_ZONE
    )
    return store
