"""Which network model this installation runs on: bound once by the wiring, asked for by actions and queries."""

from collections.abc import Callable

from wanjia.model.network import Network

_OPENERS: list[Callable[[], Network | None]] = []


def bind(opener: Callable[[], Network | None]) -> None:
    """Names what reads the active network, without its meters; a second call replaces the first."""
    _OPENERS[:] = [opener]


def installed_lines() -> Network | None:
    """The active network without its meters; None where none is installed, bound, or readable now."""
    return _OPENERS[0]() if _OPENERS else None
