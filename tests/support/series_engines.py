"""The engines of measurements under test, and what each cannot do: one table, so that a gap has a name and a reason.

`notimpl`: nobody has built it yet. `notyet`: the engine's own software lacks it. `never`: it does not belong there.
A gap is expected to fail, strictly: when it works, the entry must go.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest

from tests.support.machine import needs
from tests.support.small_spark import SMALL
from wanjia.series.duckdb.store import DuckDBStore
from wanjia.series.port import MeasurementStore

Opener = Callable[[Path, str], MeasurementStore]
"""Makes or opens the store of a folder with a zone."""


@dataclass(frozen=True)
class Engine:
    """How it is opened, and what marks its tests have."""

    open: Opener
    marks: tuple[pytest.MarkDecorator, ...] = ()


@dataclass(frozen=True)
class Gap:
    """Why an engine does not pass a test: kind (`notimpl`, `notyet`, `never`) and reason."""

    kind: str
    reason: str


def spark_store(folder: Path, zone: str) -> MeasurementStore:
    """Loaded late, because Spark is an extra; one small session for all tests of a process."""
    os.environ.update({**SMALL, **{name: os.environ[name] for name in SMALL if name in os.environ}})
    store: MeasurementStore = import_module("wanjia.series.spark.store").SparkStore(folder, zone)
    return store


ENGINES: dict[str, Engine] = {
    "duckdb": Engine(DuckDBStore), "spark": Engine(spark_store, (pytest.mark.heavy, needs("spark"))),
}  # fmt: skip
GAPS: dict[tuple[str, str], Gap] = {}
"""(engine, name of the test function) -> gap."""
KINDS = ("notimpl", "notyet", "never")


def parameters() -> list[object]:
    """For `pytest.mark.parametrize` or a fixture: every engine under its name."""
    return [pytest.param(name, id=name, marks=engine.marks) for name, engine in ENGINES.items()]


def expect_gap(request: pytest.FixtureRequest, engine: str) -> None:
    """Marks the running test as failing where the table says so."""
    name = getattr(request.node, "originalname", None) or request.node.name
    gap = GAPS.get((engine, name))
    if gap is not None:
        request.node.add_marker(pytest.mark.xfail(reason=f"{gap.kind}: {gap.reason}", strict=True))


__all__ = ["ENGINES", "GAPS", "KINDS", "Engine", "Gap", "expect_gap", "needs", "parameters"]
