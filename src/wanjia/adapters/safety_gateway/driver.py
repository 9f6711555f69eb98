"""Moves payloads: from a broker, acknowledged when they are rows; or lines of a file. Nothing is ever published."""

import logging
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import CallbackAPIVersion, Client, MQTTMessage, MQTTv5
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from wanjia.adapters.safety_gateway.codec import PAYLOAD_BYTES_MAX, Message, Refusal, decode, gateway_of, topic_of
from wanjia.model.faults import Fault, Refused, Where

logger = logging.getLogger(__name__)

PORTS = {"mqtt": 1883, "mqtts": 8883}
KEEP_ALIVE_SECONDS = 30
SESSION_SECONDS = 7 * 24 * 3600
"""How long the broker keeps what comes while nobody listens."""
IN_FLIGHT_MAX = 100
WAIT_SECONDS = 0.5
RETRY_SECONDS = 5.0
LINES_MAX = 1_000_000


def read_lines(path: Path) -> Iterator[Message | Refusal]:
    """Every line of a file as a message or a refusal; empty lines are left out."""
    with path.open("rb") as file:
        for number in range(1, LINES_MAX + 1):
            line = file.readline(PAYLOAD_BYTES_MAX + 2)
            if not line:
                return
            if line.strip():
                yield decode(line, None, f"{path.name}:{number}")
        yield Refusal((Fault("safety.too_many_lines", Where(path.name), {"limit": LINES_MAX}),))


class Consumer:
    """Listens to all gateways of a site. `take` writes a message; when it raises, the message is not acknowledged and
    comes again. Run it in a thread of its own; `stop` ends it."""

    def __init__(self, url: str, site: str, take: Callable[[Message], object]) -> None:
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise Refused([Fault("telemetry.broker_url", Where(), {})])
        self.host, self.port, self.site, self.take = parts.hostname, parts.port or PORTS[parts.scheme], site, take
        self.counts = {"messages": 0, "readings": 0, "refused": 0}
        self._stop, self.is_connected = threading.Event(), False
        self._client = Client(CallbackAPIVersion.VERSION2, f"wanjia-safety-{site}", protocol=MQTTv5, manual_ack=True)
        if parts.username:
            self._client.username_pw_set(unquote(parts.username), unquote(parts.password or "") or None)
        if parts.scheme == "mqtts":
            self._client.tls_set_context(ssl.create_default_context())
        self._client.on_connect, self._client.on_message = self._greeted, self._received

    def run(self) -> None:
        """Until stopped; a broker that is not there, or a store that fails, is tried again."""
        while not self._stop.is_set():
            if not self._connect():
                self._stop.wait(RETRY_SECONDS)
                continue
            try:
                while not self._stop.is_set() and self._client.loop(WAIT_SECONDS) == 0:
                    pass
            except Exception:
                logger.exception("safety readings could not be written; the broker gives them again")
            self._client.disconnect()
            self.is_connected = False
            self._stop.wait(WAIT_SECONDS)

    def stop(self) -> None:
        """Ends `run` after the message that is being written."""
        self._stop.set()

    def _connect(self) -> bool:
        session = Properties(PacketTypes.CONNECT)
        session.SessionExpiryInterval, session.ReceiveMaximum = SESSION_SECONDS, IN_FLIGHT_MAX
        try:
            self._client.connect(self.host, self.port, KEEP_ALIVE_SECONDS, clean_start=False, properties=session)
        except OSError as error:
            logger.warning("broker %s:%s: %s; trying again", self.host, self.port, error)
            return False
        return True

    def _greeted(self, client: Client, _: Any, __: Any, reason: Any, ___: Any = None) -> None:
        if reason.is_failure:
            logger.error("broker %s:%s refuses: %s", self.host, self.port, reason)
            return
        client.subscribe(topic_of(self.site, "+"), 1)
        self.is_connected = True

    def _received(self, client: Client, _: Any, message: MQTTMessage) -> None:
        """Written first, then acknowledged. A payload that is wrong is logged and acknowledged: it stays wrong."""
        found = decode(bytes(message.payload), gateway_of(message.topic), message.topic)
        self.counts["messages"] += 1
        if isinstance(found, Refusal):
            self.counts["refused"] += 1
            logger.warning(
                "safety message refused: %s", "; ".join(f"{one.code} at {one.where}" for one in found.faults)
            )
        else:
            self.take(found)
            self.counts["readings"] += len(found.readings)
        client.ack(message.mid, message.qos)
