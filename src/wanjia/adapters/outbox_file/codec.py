"""One delivery as a line of JSON."""

import json
from datetime import datetime

from wanjia.model.deliveries import Outgoing

FORMAT = 1


def line(outgoing: Outgoing, channel: str, written_at: datetime) -> bytes:
    """One line in UTF-8 with its end; keys in a fixed order."""
    document = {
        "format": FORMAT, "key": outgoing.key, "channel": channel, "address": outgoing.address,
        "subject": outgoing.subject, "body": outgoing.body, "created_at": outgoing.created_at.isoformat(),
        "written_at": written_at.isoformat(),
    }  # fmt: skip
    return json.dumps(document, ensure_ascii=False).encode() + b"\n"


def file_name(written_at: datetime) -> str:
    """The file of a day of the company's zone."""
    return f"{written_at:%Y-%m-%d}.jsonl"
