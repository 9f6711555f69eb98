"""Appends deliveries to the day's file, readable by its owner only: it holds telephone numbers."""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from wanjia.adapters.outbox_file.codec import file_name, line
from wanjia.model.deliveries import NotSent, Outcome, Outgoing, Retry, Sent
from wanjia.model.faults import Fault


class OutboxFile:
    """Writes what would be sent; `clock` gives the time in the company's zone. May be used by many processes."""

    def __init__(self, folder: Path, channel: str, clock: Callable[[], datetime]) -> None:
        self._folder, self._channel, self._clock = folder, channel, clock

    def __call__(self, outgoing: Outgoing) -> Outcome:
        """One line, appended in one write, so that lines of several processes do not mix."""
        now = self._clock()
        name = file_name(now)
        try:
            self._append(self._folder / name, line(outgoing, self._channel, now))
        except OSError as error:
            return NotSent(Fault("delivery.unreachable", values={"reason": type(error).__name__}), Retry.CHANNEL)
        return Sent(name)

    def _append(self, path: Path, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, content)
        finally:
            os.close(file)
