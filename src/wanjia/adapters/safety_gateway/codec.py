"""Payload of a safety gateway <-> its readings. Whatever bytes come in, a message or a refusal comes out.

    {"gateway": "GW-0053", "readings": [
        {"monitor": "LD-0001", "quantity": "residual_current_ma", "at": time, "value": 132.5}]}

Times are ISO 8601 with offset. Other keys are ignored. There is no message the other way: nothing here can be sent to a
device, so nothing here can switch one off (GB 50116 9.2.3).
"""

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wanjia.actions.network.safety_nouns import MonitorReading
from wanjia.actions.network.safety_scenes import ENERGY
from wanjia.kernels.balance.safety.following import QUANTITIES
from wanjia.model.faults import Fault, Where

ROOT = "wanjia"
NAME = re.compile(r"[A-Za-z0-9._:-]{1,24}", re.ASCII)
"""A site's, gateway's or monitor's name: no character that means something in a topic."""
PAYLOAD_BYTES_MAX = 256 * 1024
READINGS_MAX = 1_000
"""In one message: 40 monitors of a gateway for some hours, after it was cut off."""
FAULTS_MAX = 20
SHOWN_MAX = 60
KNOWN = (*QUANTITIES, ENERGY)
VALUES = {"residual_current_ma": (0.0, 100_000.0), "temperature_c": (-60.0, 600.0), "arc_half_cycles": (0.0, 100.0),
          ENERGY: (0.0, 1_000.0)}  # fmt: skip
"""What a sensor can measure at all; anything else is a fault of the device, not of the place."""


@dataclass(frozen=True)
class Message:
    """The readings of one gateway."""

    gateway: str
    readings: tuple[MonitorReading, ...]


@dataclass(frozen=True)
class Refusal:
    """Everything that is wrong with a payload; none of it is taken."""

    faults: tuple[Fault, ...]


def topic_of(site: str, gateway: str) -> str:
    """The topic on which a gateway publishes; `+` for all of a site."""
    return f"{ROOT}/{site}/{gateway}/safety"


def gateway_of(topic: str) -> str | None:
    """The gateway that a topic names; None when it is no topic of safety readings."""
    parts = topic.split("/")
    known = len(parts) == 4 and parts[0] == ROOT and parts[3] == "safety" and NAME.fullmatch(parts[2])
    return parts[2] if known else None


def encode(message: Message) -> bytes:
    """The payload of a message."""
    rows = [
        {"monitor": one.monitor, "quantity": one.quantity, "at": one.at.isoformat(), "value": one.value}
        for one in message.readings
    ]
    return json.dumps({"gateway": message.gateway, "readings": rows}, ensure_ascii=False).encode()


def decode(payload: bytes, gateway: str | None = None, place: str = "") -> Message | Refusal:
    """The message of a payload; `gateway` is the one whose topic it came from, and `place` what faults call it."""
    if len(payload) > PAYLOAD_BYTES_MAX:
        values: dict[str, object] = {"bytes": len(payload), "limit": PAYLOAD_BYTES_MAX}
        return Refusal((Fault("safety.too_large", Where(place), values),))
    try:
        body = json.loads(payload)
    except (ValueError, RecursionError) as error:
        reason = (str(error) or type(error).__name__)[:SHOWN_MAX]
        return Refusal((Fault("safety.not_json", Where(place), {"reason": reason}),))
    rows, name = (body.get("readings"), body.get("gateway")) if isinstance(body, dict) else (None, None)
    faults = list(_outer(rows, name, gateway, place))
    if faults or not isinstance(rows, list):
        return Refusal(tuple(faults))
    read = [_reading(row, at, place) for at, row in enumerate(rows, 1)]
    wrong = [fault for each in read if isinstance(each, list) for fault in each]
    if wrong:
        return Refusal(tuple(wrong[:FAULTS_MAX]))
    return Message(str(name), tuple(each for each in read if isinstance(each, MonitorReading)))


def _outer(rows: Any, name: Any, gateway: str | None, place: str) -> Iterator[Fault]:
    if not isinstance(name, str) or not NAME.fullmatch(name) or (gateway is not None and name != gateway):
        yield Fault("safety.gateway_name", Where(place, 0, "gateway"), {"value": str(name)[:SHOWN_MAX]})
    if not isinstance(rows, list):
        yield Fault("safety.no_readings", Where(place, 0, "readings"))
    elif len(rows) > READINGS_MAX:
        yield Fault("safety.too_many", Where(place, 0, "readings"), {"count": len(rows), "limit": READINGS_MAX})


def _reading(row: Any, at: int, place: str) -> MonitorReading | Sequence[Fault]:
    found = row if isinstance(row, dict) else {}
    monitor, quantity, value, when = (found.get(key) for key in ("monitor", "quantity", "value", "at"))
    moment = _moment(when)
    wrong = [
        (not isinstance(monitor, str) or not NAME.fullmatch(monitor), "safety.monitor_name", "monitor", monitor),
        (quantity not in KNOWN, "safety.quantity", "quantity", quantity),
        (not _measures(quantity, value), "safety.value", "value", value),
        (moment is None, "safety.time", "at", when),
        (quantity == ENERGY and moment is not None and not _is_full_hour(moment), "safety.full_hour", "at", when),
    ]
    faults = [
        Fault(code, Where(place, at, key), {"value": str(shown)[:SHOWN_MAX], "known": ", ".join(KNOWN)})
        for is_wrong, code, key, shown in wrong
        if is_wrong
    ]
    if faults or moment is None or not isinstance(value, int | float):
        return faults
    return MonitorReading(str(monitor), str(quantity), moment, float(value))


def _measures(quantity: Any, value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return False
    least, most = VALUES.get(quantity, (-math.inf, math.inf)) if isinstance(quantity, str) else (0.0, 0.0)
    return least <= value <= most


def _moment(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo and 1970 <= found.year < 2200 else None


def _is_full_hour(at: datetime) -> bool:
    return (at.minute, at.second, at.microsecond) == (0, 0, 0)
