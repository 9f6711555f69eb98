"""Lets the demo's meters report through the broker, second by second, as long as the demo is served.

A process of its own that knows neither store nor network. Districts over which a storm is played are left to the storm.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from wanjia.adapters.telemetry.broker import address_of
from wanjia.adapters.telemetry.replay import Outlet
from wanjia.adapters.telemetry.sender import Publisher
from wanjia.cli.demo.broker import end_child
from wanjia.cli.demo.meters import Meters, read_meters
from wanjia.kernels.sensing.nouns import HEARTBEAT

SITE = "main"
TAKEN = "storm.json"
"""File in the demo's folder: which districts a storm speaks for, and until when (seconds since 1970)."""
EVENTS_A_MESSAGE = 20_000
WAY_MS = 500
"""From a meter to the message that is sent."""
PROGRAM = "from wanjia.cli.demo.pulse import main; main()"
CATCH_UP_SECONDS = 60
"""A machine that slept does not send what it missed, but for this long."""


@contextmanager
def running_pulse(home: Path, folder: Path, broker: str) -> Iterator[None]:
    """A process that lets the meters in `folder` report until the block ends."""
    command = [sys.executable, "-c", PROGRAM, str(home), str(folder), broker]
    with (home / "pulse.log").open("ab") as log:
        child = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield
    finally:
        end_child(child)


def take_over(home: Path, districts: list[str], until: float) -> None:
    """From now on a storm speaks for these districts."""
    unfinished = home / f"{TAKEN}.part"
    unfinished.write_text(json.dumps({"districts": districts, "until": until}))
    unfinished.replace(home / TAKEN)


def give_back(home: Path) -> None:
    """The storm is over."""
    (home / TAKEN).unlink(missing_ok=True)


def taken(home: Path, meters: Meters, now: float) -> np.ndarray:
    """Which devices a storm speaks for now, [n] true or false."""
    try:
        told = json.loads((home / TAKEN).read_text())
    except (OSError, ValueError):
        return np.zeros(len(meters.keys), np.bool_)
    wanted = told["districts"] if told["until"] > now else []
    return np.isin(meters.districts, wanted)[meters.district]


def report_all(outlet: Outlet, meters: Meters, hushed: np.ndarray, now: int) -> None:
    """Everybody reports now, so that all are known at once."""
    keys = meters.keys[~hushed]
    for begin in range(0, len(keys), EVENTS_A_MESSAGE):
        _send(outlet, keys[begin : begin + EVENTS_A_MESSAGE], now)


def report(outlet: Outlet, meters: Meters, hushed: np.ndarray, second: int) -> None:
    """Those whose second it is."""
    _send(outlet, np.concatenate([meters.keys[one][~hushed[one]] for one in meters.at(second)]), second)


def _send(outlet: Outlet, keys: np.ndarray, second: int) -> None:
    if len(keys):
        occurred = np.full(len(keys), 1000 * second, np.int64)
        outlet.send(keys, np.full(len(keys), HEARTBEAT, np.uint8), occurred, 1000 * second + WAY_MS)


def run(home: Path, folder: Path, broker: str) -> None:
    """Until the process is ended, or whoever started it is gone."""
    meters, parent = read_meters(folder), os.getppid()
    publisher = Publisher(address_of(broker), SITE, f"demo-{time.time_ns() // 1_000_000}")
    second = int(time.time())
    report_all(publisher, meters, taken(home, meters, second), second)
    while os.getppid() == parent:
        now = int(time.time())
        second = max(second, now - CATCH_UP_SECONDS)
        hushed = taken(home, meters, now)
        while second < now:
            second += 1
            report(publisher, meters, hushed, second)
        time.sleep(0.5)
    publisher.close()


def main() -> None:
    """The program of the process."""
    run(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
