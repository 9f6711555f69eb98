"""Safety gateways reach the rows: from the broker of this installation, or from a file. Import after the set-up."""

import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from django.db import close_old_connections
from django.utils import timezone

from wanjia.actions.network.enter_monitors import MonitorEntry, enter_monitors
from wanjia.actions.network.take_safety_readings import Taken, take_safety_readings
from wanjia.adapters.safety_gateway.codec import Message
from wanjia.adapters.safety_gateway.driver import Consumer, read_lines
from wanjia.model.actors import SYSTEM
from wanjia.model.faults import Fault, Refused

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 30.0


def take(message: Message) -> Taken:
    """One message becomes rows, as of now."""
    close_old_connections()
    return take_safety_readings(message.gateway, message.readings, timezone.now())


def take_file(path: Path) -> tuple[list[Taken], list[Fault]]:
    """Every line of a file; lines with faults are listed and left out."""
    taken: list[Taken] = []
    faults: list[Fault] = []
    for found in read_lines(path):
        if isinstance(found, Message):
            taken.append(take_safety_readings(found.gateway, found.readings, timezone.now()))
        else:
            faults += found.faults
    return taken, faults


def enter(entries: list[MonitorEntry]) -> int:
    """Monitors of a list, as of now. Raises Refused."""
    return enter_monitors(entries, SYSTEM, timezone.now())


def new_consumer(url: str) -> Consumer:
    """The consumer of this installation's site. Raises Refused for a URL that is none."""
    return Consumer(url, os.environ.get("WANJIA_SITE") or "main", take)


def start_safety_thread(pause: Callable[[float], object] = time.sleep) -> threading.Thread | None:
    """On the embedded store, a thread of the one writing process; None where no broker is named."""
    url = os.environ.get("WANJIA_BROKER_URL", "")
    if not url:
        return None

    def run() -> None:
        while True:
            try:
                new_consumer(url).run()
                return
            except Refused as refused:
                logger.warning("safety sensing does not listen: %s", refused)
                return
            except Exception:
                logger.exception("safety sensing stopped; starting again")
                pause(PAUSE_SECONDS)

    thread = threading.Thread(target=run, name="wanjia-safety", daemon=True)
    thread.start()
    return thread
