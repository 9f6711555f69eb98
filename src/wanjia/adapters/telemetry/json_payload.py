"""The JSON payload: {"sequence": n, "sent_at": time, "events": [{"device_id", "kind", "occurred_at"}]}.

Times are ISO 8601 with offset. `sent_at` may be left out. Other keys are ignored.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from wanjia.adapters.telemetry.keys import key_of
from wanjia.adapters.telemetry.limits import (
    EVENTS_MAX,
    FAULTS_A_MESSAGE_MAX,
    SEQUENCE_MAX,
    SHOWN_CHARACTERS_MAX,
    TIME_MS_MAX,
)
from wanjia.adapters.telemetry.nouns import Message, Refusal
from wanjia.kernels.sensing.nouns import EVENT_KINDS
from wanjia.model.faults import Fault, Where
from wanjia.model.places import IDENTIFIER_CHARACTERS_MAX

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
KINDS = {name: code for code, name in enumerate(EVENT_KINDS)}
UNKNOWN = -1


def encode_json(sequence: int, sent_at: int, events: Sequence[tuple[str, int, int]]) -> bytes:
    """The payload of events given as device id, kind (code) and time of occurrence, ms UTC."""
    rows = [{"device_id": who, "kind": EVENT_KINDS[kind], "occurred_at": iso(at)} for who, kind, at in events]
    body = {"sequence": sequence, "sent_at": iso(sent_at), "events": rows}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def iso(milliseconds: int) -> str:
    """A time as text."""
    at = datetime.fromtimestamp(milliseconds // 1000, UTC).replace(microsecond=milliseconds % 1000 * 1000)
    return at.isoformat(timespec="milliseconds")


def decode_json(sender: str, payload: bytes) -> Message | Refusal:
    """A payload from the topic of `sender`, or the faults of all its events."""
    try:
        body = json.loads(payload)
    except (ValueError, RecursionError) as error:
        reason = (str(error) or type(error).__name__)[:SHOWN_CHARACTERS_MAX]
        return Refusal((Fault("telemetry.not_json", Where(), {"reason": reason}),), sender)
    if not isinstance(body, dict):
        return Refusal((_shape("", "object"),), sender)
    sequence, sent_at, events = body.get("sequence"), body.get("sent_at"), body.get("events")
    is_numbered = _is_sequence(sequence)
    faults = [] if is_numbered else [_fault("telemetry.sequence", 0, "sequence", sequence)]
    sent = 0 if sent_at is None else milliseconds_of(sent_at)
    if sent == UNKNOWN:
        faults.append(_fault("telemetry.time", 0, "sent_at", sent_at))
    known = sequence if is_numbered else None
    if not isinstance(events, list) or len(events) > EVENTS_MAX:
        return Refusal((*faults, _no_list(events)), sender, known)
    columns = [_event(row) for row in events]
    faults += [fault for row, event in enumerate(events, 1) if None in columns[row - 1] for fault in _wrong(event, row)]
    if faults or known is None:
        return Refusal(tuple(faults[:FAULTS_A_MESSAGE_MAX]), sender, known)
    keys, kinds, occurred = zip(*columns, strict=True) if columns else ((), (), ())
    return Message(
        sender, known, sent, np.array(keys, np.uint64), np.array(kinds, np.uint8), np.array(occurred, np.int64)
    )


def _is_sequence(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= SEQUENCE_MAX


def milliseconds_of(value: Any) -> int:
    """A time with offset as ms since 1970 UTC; UNKNOWN when it is none."""
    if not isinstance(value, str):
        return UNKNOWN
    try:
        at = datetime.fromisoformat(value)
        found = round((at - EPOCH).total_seconds() * 1000) if at.tzinfo else UNKNOWN
    except (ValueError, OverflowError):
        return UNKNOWN
    return found if 0 <= found <= TIME_MS_MAX else UNKNOWN


def _event(row: Any) -> tuple[int | None, int | None, int | None]:
    """Key, kind, time; None for what cannot be used."""
    if not isinstance(row, dict):
        return None, None, None
    kind, at = row.get("kind"), milliseconds_of(row.get("occurred_at"))
    code = KINDS.get(kind) if isinstance(kind, str) else None
    return _key(row.get("device_id")), code, None if at == UNKNOWN else at


def _key(device_id: Any) -> int | None:
    if not isinstance(device_id, str) or not 0 < len(device_id) <= IDENTIFIER_CHARACTERS_MAX:
        return None
    try:
        return key_of(device_id)
    except UnicodeEncodeError:  # half of a pair of surrogates
        return None


def _wrong(event: Any, row: int) -> Iterator[Fault]:
    """What is wrong with an event, looked at once more: only few have to be."""
    if not isinstance(event, dict):
        yield _shape("", "object", row)
        return
    key, kind, at = _event(event)
    if key is None:
        yield _fault("telemetry.device_id", row, "device_id", event.get("device_id"), limit=IDENTIFIER_CHARACTERS_MAX)
    if kind is None:
        yield _fault("telemetry.kind", row, "kind", event.get("kind"), kinds=", ".join(EVENT_KINDS))
    if at is None:
        yield _fault("telemetry.time", row, "occurred_at", event.get("occurred_at"))


def _no_list(events: Any) -> Fault:
    if isinstance(events, list):
        values: dict[str, object] = {"count": len(events), "limit": EVENTS_MAX}
        return Fault("telemetry.too_many_events", Where("", 0, "events"), values)
    return _shape("events", "list")


def _shape(key: str, wanted: str, row: int = 0) -> Fault:
    return Fault("telemetry.shape", Where("", row, key), {"wanted": wanted})


def _fault(code: str, row: int, key: str, value: Any, **more: object) -> Fault:
    # ascii() shows what cannot be encoded, too.
    shown = ascii(value)[:SHOWN_CHARACTERS_MAX] if not isinstance(value, str) or not value.isprintable() else value
    return Fault(code, Where("", row, key), {"value": shown[:SHOWN_CHARACTERS_MAX], **more})
