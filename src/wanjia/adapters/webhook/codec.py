"""The signature of a webhook, and the list of receivers as it is configured."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from wanjia.adapters.http_post.codec import Target, target
from wanjia.model.faults import Fault, Refused, Where

SECRET_CHARACTERS_MIN = 16
SIGNATURE = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")
TOLERANCE_SECONDS = 300
"""How far apart a receiver lets the sender's clock be; older signatures may be recordings."""
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,60}")


def receivers(text: str, setting: str) -> Mapping[str, Target]:
    """`name=https://…, name=https://…` by name; an address without a name is called by its host.

    Raises Refused with every entry that cannot be used, by its number.
    """
    found: dict[str, Target] = {}
    faults: list[Fault] = []
    for number, entry in enumerate((part.strip() for part in text.split(",")), start=1):
        name, url = _named(entry)
        where = Where(setting, number)
        if name in found:
            faults.append(Fault("channel.name_twice", where, {"name": name}))
        elif not NAME.fullmatch(name):
            faults.append(Fault("channel.name", where))
        else:
            try:
                found[name] = target(url, setting)
            except Refused:
                faults.append(Fault("channel.url", where))
    if faults:
        raise Refused(faults)
    return found


def names(text: str) -> tuple[str, ...]:
    """The receivers' names; none when there are none, or the list is wrong: whoever sends says so."""
    try:
        return tuple(receivers(text, "")) if text.strip() else ()
    except Refused:
        return ()


def _named(entry: str) -> tuple[str, str]:
    name, equals, url = entry.partition("=")
    if equals and "/" not in name and ":" not in name:
        return name.strip(), url.strip()
    try:
        return urlsplit(entry).hostname or "", entry
    except ValueError:
        return "", entry


def signature(secret: str, sent_at_seconds: int, body: bytes) -> str:
    """`t=<Unix seconds>,v1=<HMAC-SHA256 over "<t>.<body>", hexadecimal>`: body and time cannot be changed apart."""
    return f"t={sent_at_seconds},v1={_mac(secret, sent_at_seconds, body)}"


def genuine(secret: str, header: str, body: bytes, now_seconds: int) -> bool:
    """What a receiver checks: the signature fits body and time, and the time is not long ago."""
    found = SIGNATURE.fullmatch(header)
    if found is None or abs(now_seconds - int(found[1])) > TOLERANCE_SECONDS:
        return False
    return hmac.compare_digest(found[2], _mac(secret, int(found[1]), body))


def _mac(secret: str, at: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
