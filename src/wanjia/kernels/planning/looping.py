"""How the loops of this room are compiled."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Loop = TypeVar("Loop", bound=Callable[..., Any])


def loop(function: Loop) -> Loop:
    """Compiles a function that allocates nothing, once for all runs (cached beside the source).

    Without Numba's reference counting: the loops hand some fifty arrays from one to the other, and counting who holds
    each of them took three quarters of the time.
    """
    options: dict[str, Any] = {"cache": True, "nogil": True, "_nrt": False}
    return cast(Loop, njit(**options)(function))
