"""Where the broker is, and a client of it. The library is paho-mqtt; nothing else here knows it but the driver."""

import ssl
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import CallbackAPIVersion, Client, MQTTv5

from wanjia.model.faults import Fault, Refused, Where

PORTS = {"mqtt": 1883, "mqtts": 8883}
KEEP_ALIVE_SECONDS = 30
"""A connection that says nothing for one and a half times this long is dead."""


@dataclass(frozen=True)
class Address:
    """`mqtt://user:password@host:port`, or `mqtts://` for TLS with the machine's own certificate authorities."""

    host: str
    port: int
    is_tls: bool = False
    user: str = ""
    password: str = field(default="", repr=False)


def address_of(url: str) -> Address:
    """Raises Refused when it is no such URL; what it says does not repeat a password."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        parts, port = urlsplit(""), 0
    if parts.scheme not in PORTS or not parts.hostname or not port:
        raise Refused([Fault("telemetry.broker_url", Where(), {})])
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Address(parts.hostname, port, parts.scheme == "mqtts", user, password)


def new_client(address: Address, client_id: str, *, manual_ack: bool = False) -> Client:
    """A client that is not connected yet."""
    client = Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=MQTTv5, manual_ack=manual_ack)
    if address.user:
        client.username_pw_set(address.user, address.password or None)
    if address.is_tls:
        client.tls_set_context(ssl.create_default_context())
    return client
