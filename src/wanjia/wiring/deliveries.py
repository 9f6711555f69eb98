"""Which channel leads where, as the environment says, and the lanes on which deliveries go out.

WANJIA_SMTP_URL, WANJIA_MAIL_FROM                            e-mail
WANJIA_SMS_URL, WANJIA_SMS_TOKEN, WANJIA_SMS_SIGNATURE       short messages
WANJIA_WEBHOOK_URLS, WANJIA_WEBHOOK_SECRET                   other systems

A channel without its address is written to `outbox/<day>.jsonl` below WANJIA_HOME.
"""

import logging
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.utils import timezone

from wanjia.actions.cases.play_deliveries import play_deliveries
from wanjia.actions.cases.queue_delivery import CHANNELS
from wanjia.actions.cases.send_deliveries import ROWS_PER_ROUND, Round, send_deliveries
from wanjia.adapters.email import codec as mail
from wanjia.adapters.email.driver import Mailer
from wanjia.adapters.http_post.codec import target
from wanjia.adapters.http_post.driver import Poster
from wanjia.adapters.outbox_file.driver import OutboxFile
from wanjia.adapters.sms_gateway.driver import SmsGateway
from wanjia.adapters.webhook.codec import SECRET_CHARACTERS_MIN, receivers
from wanjia.adapters.webhook.driver import Webhook
from wanjia.model.deliveries import Send
from wanjia.model.faults import Fault, Refused, Where
from wanjia.texts import fault_sentence

logger = logging.getLogger(__name__)

LANE_PAUSE_SECONDS = 1.0
"""How long a lane with nothing to send waits before it looks again."""

HTTP_THREADS = 8
"""Requests under way at once to one gateway: with 50 ms an answer, 160 texts a second."""

MAILS_PER_ROUND = 8
"""Mail servers do not recognise repetitions, so few are left unmarked by a kill."""


@dataclass(frozen=True)
class Channel:
    """One way out: `kind` file, smtp or http; `receiver` is a host or a file, without secrets; faults stop the lane."""

    name: str
    kind: str
    receiver: str
    send: Send | None = field(repr=False)
    threads: int = 1
    rows_per_round: int = ROWS_PER_ROUND
    faults: tuple[Fault, ...] = ()


def channels(environment: Mapping[str, str] = os.environ) -> tuple[Channel, ...]:
    """Every channel as it is configured now."""
    return tuple(_channel(name, environment) for name in CHANNELS)


def _channel(name: str, environment: Mapping[str, str]) -> Channel:
    setting, connect = _CONNECTED[name]
    if not environment.get(setting, "").strip():
        folder = settings.HOME / "outbox"
        return Channel(name, "file", "outbox/", OutboxFile(folder, name, timezone.localtime))
    try:
        return connect(environment)
    except Refused as refused:
        return Channel(name, "", "", None, faults=refused.faults)


def _email(environment: Mapping[str, str]) -> Channel:
    names = ("WANJIA_SMTP_URL", "WANJIA_MAIL_FROM")
    server = mail.server(environment[names[0]], environment.get(names[1], "").strip(), *names)
    return Channel("email", "smtp", f"{server.host}:{server.port}", Mailer(server), rows_per_round=MAILS_PER_ROUND)


def _sms(environment: Mapping[str, str]) -> Channel:
    gateway = target(environment["WANJIA_SMS_URL"], "WANJIA_SMS_URL")
    token = _secret(environment, "WANJIA_SMS_TOKEN", 1)
    send = SmsGateway(Poster(gateway), token, environment.get("WANJIA_SMS_SIGNATURE", "").strip())
    return Channel("sms", "http", gateway.host, send, HTTP_THREADS)


def _webhook(environment: Mapping[str, str]) -> Channel:
    targets = receivers(environment["WANJIA_WEBHOOK_URLS"], "WANJIA_WEBHOOK_URLS")
    secret = _secret(environment, "WANJIA_WEBHOOK_SECRET", SECRET_CHARACTERS_MIN)
    send = Webhook({name: Poster(to) for name, to in targets.items()}, secret)
    return Channel("webhook", "http", ", ".join(targets), send, HTTP_THREADS)


def _secret(environment: Mapping[str, str], setting: str, characters_min: int) -> str:
    """A secret that fits into a header; raises Refused without repeating it."""
    given = environment.get(setting, "").strip()
    if len(given) < characters_min or not given.isascii() or not given.isprintable():
        raise Refused([Fault("channel.secret", Where(setting), {"min": characters_min})])
    return given


_CONNECTED: Mapping[str, tuple[str, Callable[[Mapping[str, str]], Channel]]] = {
    "sms": ("WANJIA_SMS_URL", _sms),
    "email": ("WANJIA_SMTP_URL", _email),
    "webhook": ("WANJIA_WEBHOOK_URLS", _webhook),
}


class Lane:
    """Sends one channel's deliveries in its own thread, so that a slow gateway holds up no deadline and no other."""

    def __init__(self, channel: Channel, stop: threading.Event) -> None:
        self._channel, self._stop = channel, stop

    def start(self) -> threading.Thread:
        """Begin; the thread ends after `stop` with the round it is in."""
        thread = threading.Thread(target=self.run, name=f"wanjia-{self._channel.name}", daemon=True)
        thread.start()
        return thread

    def run(self) -> None:
        """Send until `stop`; a failing round is logged and tried again."""
        if self._channel.send is None:
            for fault in self._channel.faults:
                logger.error("channel %s is not open: %s", self._channel.name, fault_sentence(fault, "en"))
            return
        try:
            while not self._stop.is_set():
                self._stop.wait(self._turn(self._channel.send))
        finally:
            connection.close()

    def _turn(self, send: Send) -> float:
        """One round; seconds until the next."""
        try:
            done = self._round(send)
        except Exception:
            logger.exception("channel %s: a round failed; trying again", self._channel.name)
            connection.close()  # whatever became of it, the next round begins with a fresh one
            return LANE_PAUSE_SECONDS
        if done.pause_seconds:
            logger.warning("channel %s takes nothing; left alone for %s s", self._channel.name, done.pause_seconds)
        return done.pause_seconds or (0.0 if done.taken else LANE_PAUSE_SECONDS)

    def _round(self, send: Send) -> Round:
        channel = self._channel
        return send_deliveries(channel.name, send, timezone.now, channel.rows_per_round, channel.threads)


def write_out(until: datetime) -> int:
    """Write everything due by a moment of a told past to the outbox file, whatever is connected; gives how many."""
    folder = settings.HOME / "outbox"
    return play_deliveries(lambda name, at: OutboxFile(folder, name, lambda: timezone.localtime(at)), until)


def start_lanes(stop: threading.Event) -> list[threading.Thread]:
    """A lane for every channel of this installation."""
    return [Lane(channel, stop).start() for channel in channels()]
