"""A short message as the gateway takes it: one JSON document."""

import json
import re

from wanjia.model.deliveries import NotSent, Outgoing, Retry
from wanjia.model.faults import Fault

TEXT_CHARACTERS_MAX = 500
"""Gateways join a long message from parts of 67 characters and commonly take up to 500."""

TELEPHONE = re.compile(r"\+?[0-9]{5,15}")
"""E.164 without or with its plus sign: at most 15 digits; service numbers have five."""


def request(outgoing: Outgoing, signature: str) -> bytes | NotSent:
    """`{"key", "to", "text"}` in UTF-8; `signature` is put before the text as 【…】, as operators ask for."""
    to = re.sub(r"[ ()-]", "", outgoing.address)
    if not TELEPHONE.fullmatch(to):
        return NotSent(Fault("delivery.address"), Retry.NEVER)
    opening = f"【{signature}】" if signature else ""
    document = {"key": outgoing.key, "to": to, "text": shortened(opening + plain(outgoing.body))}
    return json.dumps(document, ensure_ascii=False).encode()


def plain(text: str) -> str:
    """Text without signs that a telephone cannot show; lines stay lines."""
    lines = ("".join(sign for sign in line if sign.isprintable()).strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def shortened(text: str) -> str:
    """Text of at most TEXT_CHARACTERS_MAX, its cut shown."""
    return text if len(text) <= TEXT_CHARACTERS_MAX else text[: TEXT_CHARACTERS_MAX - 1] + "…"
