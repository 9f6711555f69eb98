"""What `wanjia plan` was asked for, and the clock that its time is measured by."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wanjia.cli._output import progress
from wanjia.kernels.planning.course import Told
from wanjia.kernels.planning.search.solving import warm

TOLD_EVERY_SECONDS = 1.0
"""Lines of progress follow each other no faster."""


@dataclass(frozen=True)
class Asked:
    """The arguments of the command."""

    file: Path
    seconds: float
    seed: int
    out: Path | None
    language: str
    as_json: bool
    network: Path | None = None


def clock(language: str) -> Callable[[], float]:
    """Seconds since now, the loops being compiled: half a minute after an installation, later a second."""
    progress("plan.warming", language)
    warm()
    began = time.monotonic()
    return lambda: time.monotonic() - began


def teller(language: str) -> Told:
    """Tells better plans and bounds on standard error."""
    last = [-TOLD_EVERY_SECONDS]

    def told(seconds: float, objective: float, bound: float) -> None:
        if seconds >= last[0] + TOLD_EVERY_SECONDS and objective < float("inf"):
            last[0] = seconds
            values = {"seconds": f"{seconds:.1f}", "objective": f"{objective:.4f}", "bound": f"{bound:.4f}"}
            progress("plan.better", language, **values)

    return told
