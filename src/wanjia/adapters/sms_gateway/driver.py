"""Hands short messages to the gateway over HTTP."""

from wanjia.adapters.http_post.codec import key_header
from wanjia.adapters.http_post.driver import Poster
from wanjia.adapters.sms_gateway.codec import request
from wanjia.model.deliveries import NotSent, Outcome, Outgoing


class SmsGateway:
    """Sends through one gateway; may be used by many threads."""

    def __init__(self, poster: Poster, token: str, signature: str = "") -> None:
        self._poster, self._signature = poster, signature
        self._headers = {"Authorization": f"Bearer {token}"}

    def __call__(self, outgoing: Outgoing) -> Outcome:
        """One attempt."""
        body = request(outgoing, self._signature)
        if isinstance(body, NotSent):
            return body
        return self._poster.post(body, {**self._headers, "Idempotency-Key": key_header(outgoing.key)})
