"""A delivery as an e-mail message, the server's address as it is configured, and what the server's answers mean."""

import re
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from urllib.parse import parse_qs, unquote, urlsplit

from wanjia.model.deliveries import NotSent, Outgoing, Retry
from wanjia.model.faults import Fault, Refused, Where

ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@"
    r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"
)
"""RFC 5321's plain mailbox: dot-atom at a name with a dot. Quoted forms and display names are nobody's real address."""
ADDRESS_CHARACTERS_MAX = 254
SUBJECT_CHARACTERS_MAX = 160
ANSWER_CHARACTERS_MAX = 120
DEFAULT_PORTS = {"smtp": 587, "smtps": 465}
SERVICE_CLOSES = 421


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in. `secure`: TLS from the first byte; `starttls`: TLS is begun before anything else."""

    host: str
    port: int
    secure: bool
    starttls: bool
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)


def server(url: str, sender: str, url_setting: str, sender_setting: str) -> MailServer:
    """`smtp://user:password@host:587` (STARTTLS), `smtps://…` (TLS), `smtp://…?starttls=no` (a relay on this machine).

    Raises Refused with every fault, naming the setting; the values may be secret and are not repeated.
    """
    faults = [] if valid(sender) else [Fault("channel.sender", Where(sender_setting))]
    try:
        parts = urlsplit(url.strip())
        port = parts.port or DEFAULT_PORTS.get(parts.scheme, 0)
    except ValueError:
        raise Refused([*faults, Fault("channel.mail_url", Where(url_setting))]) from None
    starttls = parse_qs(parts.query).get("starttls", ["yes"])[0]
    if not port or not parts.hostname or starttls not in ("yes", "no"):
        faults.append(Fault("channel.mail_url", Where(url_setting)))
    if faults:
        raise Refused(faults)
    secure = parts.scheme == "smtps"
    return MailServer(
        parts.hostname or "", port, secure, not secure and starttls == "yes", sender,
        unquote(parts.username or ""), unquote(parts.password or ""),
    )  # fmt: skip


def valid(address: str) -> bool:
    """Whether an address can be written into a message and an envelope without meaning anything else there."""
    return len(address) <= ADDRESS_CHARACTERS_MAX and ADDRESS.fullmatch(address) is not None


def message(outgoing: Outgoing, sender: str) -> bytes | NotSent:
    """The message as bytes with CRLF. Its Message-ID is made from the key, so a repetition is the same message.

    No header is built by joining text: the subject is one line without control signs, the address has been checked.
    """
    address = outgoing.address.strip()
    if not valid(address):
        return NotSent(Fault("delivery.address"), Retry.NEVER)
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, address, one_line(outgoing.subject)
    mail["Date"] = format_datetime(outgoing.created_at)
    mail["Message-ID"] = message_id(outgoing.key, sender)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office replies
    mail.set_content(outgoing.body, cte="base64")
    return mail.as_bytes()


def message_id(key: str, sender: str) -> str:
    """The same for every attempt of a delivery; says nothing about whom or what it concerns."""
    return f"<{sha256(key.encode()).hexdigest()[:40]}@{sender.rpartition('@')[2]}>"


def one_line(text: str) -> str:
    """Text without control signs or line ends, cut to what a list of mails shows."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line[:SUBJECT_CHARACTERS_MAX]


def refusal(code: int, answer: bytes | str) -> NotSent:
    """A reply of the server about this message: 5xx for good, 4xx for now, 421 about the whole conversation."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    values = {"status": code, "answer": one_line(text)[:ANSWER_CHARACTERS_MAX]}
    if code == SERVICE_CLOSES:
        return NotSent(Fault("delivery.receiver_trouble", values=values), Retry.CHANNEL)
    if 500 <= code < 600:
        return NotSent(Fault("delivery.refused", values=values), Retry.NEVER)
    return NotSent(Fault("delivery.receiver_trouble", values=values), Retry.LATER)
