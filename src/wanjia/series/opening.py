"""Which measurement store this installation has: bound once by the wiring, asked for by actions and queries."""

from collections.abc import Callable
from functools import cache

from wanjia.series.port import MeasurementStore

_OPENERS: list[Callable[[], MeasurementStore]] = []


def bind(opener: Callable[[], MeasurementStore]) -> None:
    """Names what opens the store; a second call replaces the first. Nothing is opened until somebody asks."""
    _OPENERS[:] = [opener]
    measurement_store.cache_clear()


@cache
def measurement_store() -> MeasurementStore:
    """The store of this installation, opened at first use."""
    if not _OPENERS:
        raise LookupError("no measurement store is bound; call wanjia.wiring before asking for it")
    return _OPENERS[0]()
