"""Posts a signed document to the receiver of that name."""

import time
from collections.abc import Callable, Mapping

from wanjia.adapters.http_post.codec import key_header
from wanjia.adapters.http_post.driver import Poster
from wanjia.adapters.webhook.codec import signature
from wanjia.model.deliveries import NotSent, Outcome, Outgoing, Retry
from wanjia.model.faults import Fault


class Webhook:
    """Sends to configured receivers only: a delivery's address is a receiver's name, never a URL."""

    def __init__(self, posters: Mapping[str, Poster], secret: str, clock: Callable[[], float] = time.time) -> None:
        self._posters, self._secret, self._clock = posters, secret, clock

    def __call__(self, outgoing: Outgoing) -> Outcome:
        """One attempt; every attempt is signed anew, under the same key."""
        poster = self._posters.get(outgoing.address)
        if poster is None:
            return NotSent(Fault("delivery.receiver_unknown", values={"name": outgoing.address[:60]}), Retry.NEVER)
        body = outgoing.body.encode()
        headers = {
            "Idempotency-Key": key_header(outgoing.key),
            "Wanjia-Signature": signature(self._secret, int(self._clock()), body),
        }  # fmt: skip
        return poster.post(body, headers)
