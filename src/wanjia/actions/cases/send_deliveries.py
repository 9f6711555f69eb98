"""Send what waits on one channel. Any number of workers may run; each delivery is confirmed to have gone out once.

A worker claims rows for a while, sends them, and marks them. Killed between sending and marking it leaves a claim that
runs out: the text is sent again under the same key, by which the receiver recognises it.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from wanjia.model.deliveries import (
    AGE_HOURS_MAX,
    ATTEMPTS_MAX,
    NotSent,
    Outcome,
    Outgoing,
    Retry,
    Send,
    Sent,
    retry_after,
)
from wanjia.model.faults import Fault
from wanjia.records.cases.models import Delivery

logger = logging.getLogger(__name__)

ROWS_PER_ROUND = 32
"""Claimed at once: what a kill may send twice under the same key, against two commits for each round."""

ROUND_SECONDS = 20.0
"""After this no further text of a round is begun; what is left goes back."""

CLAIM_SECONDS = 120.0
"""Longer than a round with its last time-outs; a text whose worker was killed waits this long for the next."""

PAUSE_SECONDS = 30.0
"""How long a channel that takes nothing is left alone."""

TROUBLES_IN_A_ROW_MAX = 5
"""So many texts failing one after the other are taken for trouble of the channel, not of the texts."""


@dataclass(frozen=True)
class Round:
    """What came of one round: rows taken, texts confirmed, and how long the channel had better be left alone."""

    taken: int = 0
    sent: int = 0
    pause_seconds: float = 0.0


def send_deliveries(
    channel: str, send: Send, clock: Callable[[], datetime], limit: int = ROWS_PER_ROUND, threads: int = 1
) -> Round:  # fmt: skip
    """One round: at most `limit` due deliveries of the channel, urgent ones first, sent by so many threads."""
    now = clock()
    if not any(_due(channel, urgent, now).exists() for urgent in (True, False)):
        return Round()  # asked outside a transaction: looking takes no lock
    rows = _claim(channel, now, limit)
    post = _Post(send, clock, now + timedelta(seconds=ROUND_SECONDS))
    with ThreadPoolExecutor(threads) if threads > 1 else _InTurn() as pool:
        outcomes = list(pool.map(post, rows))
    at = clock()
    with transaction.atomic():
        for row, outcome in zip(rows, outcomes, strict=True):
            _mark(row, outcome, at)
    return Round(len(rows), sum(isinstance(outcome, Sent) for outcome in outcomes), post.pause_seconds)


class _InTurn:
    """One after the other in the calling thread."""

    map = staticmethod(map)

    def __enter__(self) -> "_InTurn":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to end."""


class _Post:
    """Sends the rows of a round until time is up or the channel turns out to take nothing. None: not tried."""

    def __init__(self, send: Send, clock: Callable[[], datetime], until: datetime) -> None:
        self._send, self._clock, self._until = send, clock, until
        self._lock, self._troubles = threading.Lock(), 0
        self.pause_seconds = 0.0

    def __call__(self, row: Delivery) -> Outcome | None:
        now = self._clock()
        if row.channel != "webhook" and now - row.not_before > timedelta(hours=AGE_HOURS_MAX):
            return NotSent(Fault("delivery.too_old", values={"hours": AGE_HOURS_MAX}), Retry.NEVER)
        if row.attempts > ATTEMPTS_MAX:  # each time its worker died before it could say what came of it
            return NotSent(Fault("delivery.no_answer", values={"reason": "killed"}), Retry.NEVER)
        if self.pause_seconds or now >= self._until:
            return None
        outcome = self._attempt(row)
        self._note(outcome)
        return outcome

    def _attempt(self, row: Delivery) -> Outcome:
        out = Outgoing(row.idempotency_key, row.address, row.subject, row.body, row.created_at)
        try:
            return _without_address(self._send(out), row.address)
        except Exception:
            logger.exception("delivery %s: sending failed in a way nobody foresaw", row.pk)
            return NotSent(Fault("delivery.slip"), Retry.LATER)

    def _note(self, outcome: Outcome) -> None:
        with self._lock:
            later = isinstance(outcome, NotSent) and outcome.retry is Retry.LATER
            self._troubles = self._troubles + 1 if later else 0
            closed = isinstance(outcome, NotSent) and outcome.retry is Retry.CHANNEL
            if closed or self._troubles >= TROUBLES_IN_A_ROW_MAX:
                asked = outcome.after_seconds if isinstance(outcome, NotSent) else 0.0
                self.pause_seconds = max(self.pause_seconds, PAUSE_SECONDS, asked)


def _due(channel: str, urgent: bool, now: datetime) -> QuerySet:
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    # `urgent__in`: SQLite finds the index for `urgent IN (0)`, not for the `NOT urgent` that `urgent=False` becomes.
    waiting = Delivery.objects.filter(status=Delivery.Status.WAITING, channel=channel, urgent__in=[urgent])
    return waiting.filter(free, not_before__lte=now)


def _claim(channel: str, now: datetime, limit: int) -> list[Delivery]:
    """Take the longest due rows, urgent ones first; those that another worker is taking are left to it.

    A row whose claim ran out is taken alone: if it was the one that its worker died of, it takes no others with it.
    """
    until = now + timedelta(seconds=CLAIM_SECONDS)
    with transaction.atomic():
        found = _locked(channel, now, limit)
        rows = [row for row in found if row.claimed_until is not None][:1] or found
        Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(claimed_until=until, attempts=F("attempts") + 1)
    for row in rows:
        row.claimed_until, row.attempts = until, row.attempts + 1
    return rows


def _locked(channel: str, now: datetime, limit: int) -> list[Delivery]:
    rows: list[Delivery] = []
    for urgent in (True, False):
        query = _due(channel, urgent, now).order_by("not_before", "pk")
        if connection.features.has_select_for_update_skip_locked:
            query = query.select_for_update(skip_locked=True)
        rows += query[: limit - len(rows)] if len(rows) < limit else ()
    return rows


def _mark(row: Delivery, outcome: Outcome | None, now: datetime) -> None:
    """What is out is out, whoever has the row now; everything else is written only while the claim is still ours."""
    if isinstance(outcome, Sent):
        changes = {"status": Delivery.Status.SENT, "sent_at": now, "receipt": outcome.receipt, "fault": "",
                   "fault_values": {}, "claimed_until": None}  # fmt: skip
        Delivery.objects.filter(pk=row.pk).exclude(status=Delivery.Status.SENT).update(**changes)
        return
    mine = Delivery.objects.filter(
        pk=row.pk, status=Delivery.Status.WAITING, attempts=row.attempts, claimed_until=row.claimed_until
    )
    mine.update(claimed_until=None, **_after(row, outcome, now))


def _after(row: Delivery, outcome: NotSent | None, now: datetime) -> dict[str, object]:
    """The columns of a row that was not sent."""
    if outcome is None:
        return {"attempts": row.attempts - 1}
    why: dict[str, object] = {"fault": outcome.fault.code, "fault_values": dict(outcome.fault.values)}
    if outcome.retry is Retry.CHANNEL:
        return {**why, "attempts": row.attempts - 1}
    if outcome.fault.code == "delivery.too_old":
        return {**why, "status": Delivery.Status.DROPPED, "attempts": row.attempts - 1}
    wait = retry_after(row.attempts)
    if outcome.retry is Retry.NEVER or wait is None:
        return {**why, "status": Delivery.Status.FAILED}
    return {**why, "not_before": now + max(wait, timedelta(seconds=outcome.after_seconds))}


def _without_address(outcome: Outcome, address: str) -> Outcome:
    """Foreign systems repeat the address in their complaints; it is masked on our pages, so not kept in reasons."""
    if isinstance(outcome, Sent):
        return outcome
    values = {
        name: value.replace(address, "…") if isinstance(value, str) and address else value
        for name, value in outcome.fault.values.items()
    }
    return replace(outcome, fault=Fault(outcome.fault.code, values=values))
