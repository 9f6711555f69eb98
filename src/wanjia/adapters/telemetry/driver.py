"""The consumer: takes messages from the broker, has them on disk, and only then acknowledges them.

One thread reads, writes and acknowledges in turn, so nothing can pile up: while it writes, the broker waits; while
sensing lags, it does not acknowledge, and the broker sends no more than MQTT 5's receive maximum.
"""

import json
import logging
import select
import threading
import time
from collections.abc import Callable
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from wanjia.adapters.telemetry.broker import KEEP_ALIVE_SECONDS, Address, new_client
from wanjia.adapters.telemetry.codec import confirmed_topic, subscriptions
from wanjia.adapters.telemetry.intake import ARRIVAL, Intake
from wanjia.adapters.telemetry.limits import (
    COMMIT_BYTES_MAX,
    COMMIT_EVENTS_MAX,
    CONFIRM_SECONDS,
    IN_FLIGHT_MAX,
    LAG_ENTRIES_MAX,
)

logger = logging.getLogger(__name__)

SESSION_SECONDS = 7 * 24 * 3600
"""How long the broker keeps what comes while nobody listens."""
WAIT_SECONDS = 0.1
MARK_MS = 1000
"""How often the journal is told that time goes on although nothing comes."""
RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)
CONFIRMED_A_ROUND_MAX = 200


def milliseconds() -> int:
    """Now, since 1970 UTC."""
    return time.time_ns() // 1_000_000


class Consumer:
    """Listens to one site. `lag` says how many entries of the journal wait to be sensed; `wake` is called after each
    write. Run it in a thread of its own; `stop` ends it."""

    def __init__(
        self, address: Address, site: str, intake: Intake,
        lag: Callable[[], int] = lambda: 0, wake: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        self.address, self.site, self.intake, self.lag, self.wake = address, site, intake, lag, wake
        self.is_connected = False
        self._stop = threading.Event()
        self._pending: list[tuple[int, int]] = []
        self._tries = 0
        self._dirty: dict[str, float] = {}
        """Senders to be told what is on disk, with when they were last told (0: never)."""
        self._told: dict[str, float] = {}
        self._client = self._new_client()

    def run(self) -> None:
        """Until stopped."""
        while not self._stop.is_set():
            if self._client.socket() is None and not self._connect():
                self._mark()
                continue
            self._round()
        self._client.disconnect()

    def stop(self) -> None:
        """Ends `run` after the round; what is not acknowledged comes again."""
        self._stop.set()

    def _new_client(self) -> Client:
        client = new_client(self.address, f"wanjia-{self.site}", manual_ack=True)
        client.on_connect, client.on_disconnect, client.on_message = self._greeted, self._parted, self._received
        return client

    def _connect(self) -> bool:
        """One try; waits longer after each that fails."""
        if self._tries:
            self._stop.wait(RETRY_SECONDS[min(self._tries, len(RETRY_SECONDS)) - 1])
        self._tries += 1
        session = Properties(PacketTypes.CONNECT)
        session.SessionExpiryInterval, session.ReceiveMaximum = SESSION_SECONDS, IN_FLIGHT_MAX
        host, port = self.address.host, self.address.port
        try:
            self._client.connect(host, port, KEEP_ALIVE_SECONDS, clean_start=False, properties=session)
        except OSError as error:
            if self._tries <= 2:
                logger.warning("broker %s:%s: %s; trying again", host, port, error)
            return False
        return True

    def _greeted(self, client: Client, _: Any, __: Any, reason: Any, ___: Any = None) -> None:
        if reason.is_failure:
            logger.error("broker %s:%s refuses: %s", self.address.host, self.address.port, reason)
            return
        self.is_connected, self._tries = True, 1
        client.subscribe([(topic, 1) for topic in subscriptions(self.site)])
        # A broker that was killed may have forgotten what it was told.
        self._dirty.update(dict.fromkeys(self._told, 0.0))

    def _parted(self, *_: Any) -> None:
        """What is not on disk comes again, under numbers of the new connection."""
        self.is_connected = False
        self._pending.clear()
        self.intake.forget()

    def _received(self, _: Client, __: Any, message: MQTTMessage) -> None:
        self.intake.take(message.topic, bytes(message.payload), milliseconds())
        self._pending.append((message.mid, message.qos))

    def _round(self) -> None:
        """Reads what is there, up to a group; writes it; acknowledges it."""
        self._read()
        if self._pending and self.lag() <= LAG_ENTRIES_MAX:
            self._commit()
        self._client.loop_misc()
        self._confirm()
        self._mark()

    def _read(self) -> None:
        """Until nothing waits or the group is full. What the client still has to send goes out, too."""
        wait = WAIT_SECONDS
        while not self._stop.is_set() and (socket := self._client.socket()) is not None:
            is_full = self._is_full()
            writing = [socket] if self._client.want_write() else []
            try:
                readable, writable, _ = select.select([] if is_full else [socket], writing, [], wait)
            except (OSError, ValueError):  # closed meanwhile
                self._client.loop_misc()
                return
            if writable:
                self._client.loop_write()
            if not readable and not _is_buffered(socket):
                return
            self._client.loop_read()
            wait = 0.0

    def _is_full(self) -> bool:
        intake = self.intake
        return intake.events >= COMMIT_EVENTS_MAX or intake.payload_bytes >= COMMIT_BYTES_MAX

    def _commit(self) -> None:
        """On disk, then acknowledged. A disk that refuses is tried again; nothing is acknowledged until then."""
        try:
            senders = self.intake.commit(milliseconds())
        except OSError:
            logger.exception("the journal cannot be written; nothing is acknowledged until it can")
            self._stop.wait(RETRY_SECONDS[2])
            return
        for mid, qos in self._pending:
            self._client.ack(mid, qos)
        self._pending.clear()
        self._dirty.update({name: self._told.get(name, 0.0) for name in senders})
        self.wake()

    def _confirm(self) -> None:
        """Tells senders what is on disk, each now and then; retained, so that one that comes back hears it at once."""
        now = time.monotonic()
        done: list[str] = []
        for name, told in self._dirty.items():
            if len(done) >= CONFIRMED_A_ROUND_MAX or not self.is_connected or self._client.want_write():
                break
            if now - told >= CONFIRM_SECONDS or told == 0.0:
                self._client.publish(confirmed_topic(self.site, name), self._confirmation(name), qos=0, retain=True)
                done.append(name)
        for name in done:
            del self._dirty[name]
            self._told[name] = now

    def _confirmation(self, name: str) -> bytes:
        one = self.intake.journal.book.confirmation(name)
        body = {"from": one.lowest, "through": one.through, "missing": one.missing, "newest": one.newest}
        return json.dumps(body, separators=(",", ":")).encode()

    def _mark(self) -> None:
        now, journal = milliseconds(), self.intake.journal
        if self.intake.clock == ARRIVAL and not self._pending and now - journal.until_ms >= MARK_MS:
            try:
                journal.mark(now)
            except OSError:
                logger.exception("the journal cannot be written")
                self._stop.wait(RETRY_SECONDS[2])
                return
            self.wake()


def _is_buffered(socket: Any) -> bool:
    """Whether TLS has read more than it gave."""
    pending = getattr(socket, "pending", None)
    return bool(pending and pending())
