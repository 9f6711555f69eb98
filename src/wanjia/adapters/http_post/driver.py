"""Posts over a connection that is kept open, one per thread; no redirects, no proxies, no address but the given one."""

import http.client
import ssl
import threading
from collections.abc import Mapping

from wanjia.adapters.http_post.codec import Answer, Target, outcome, retry_after
from wanjia.model.deliveries import NotSent, Outcome, Retry
from wanjia.model.faults import Fault

TIMEOUT_SECONDS = 5.0
"""For connecting and for each wait for an answer: a gateway answers in under one."""

ANSWER_BYTES_MAX = 16_384
"""What is read of an answer; a longer one costs the connection."""


class Poster:
    """Posts JSON documents to one target; may be used by many threads."""

    def __init__(self, target: Target, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._target, self._timeout = target, timeout_seconds
        self._tls = ssl.create_default_context() if target.secure else None
        self._mine = threading.local()

    def post(self, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """One attempt. Not getting through is the channel's trouble, an answer that stays out is this text's."""
        try:
            connection = self._connected()
        except OSError as error:
            return NotSent(Fault("delivery.unreachable", values={"reason": reason(error)}), Retry.CHANNEL)
        try:
            return outcome(self._answer(connection, body, headers))
        except (OSError, http.client.HTTPException) as error:
            self._close()
            return NotSent(Fault("delivery.no_answer", values={"reason": reason(error)}), Retry.LATER)

    def _answer(self, connection: http.client.HTTPConnection, body: bytes, headers: Mapping[str, str]) -> Answer:
        try:
            return self._ask(connection, body, headers)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            if not self._mine.used:
                raise
            # A kept connection that the other side had closed meanwhile. The key makes asking again safe.
            self._close()
            return self._ask(self._connected(), body, headers)

    def _ask(self, connection: http.client.HTTPConnection, body: bytes, headers: Mapping[str, str]) -> Answer:
        connection.request("POST", self._target.path, body, {**headers, "Content-Type": "application/json"})
        response = connection.getresponse()
        content = response.read(ANSWER_BYTES_MAX)
        self._mine.used = True
        if response.will_close or not response.isclosed():
            self._close()
        return Answer(response.status, content, retry_after(response.getheader("Retry-After")))

    def _connected(self) -> http.client.HTTPConnection:
        connection = getattr(self._mine, "connection", None)
        if connection is None:
            connection = self._new()
            connection.connect()
            self._mine.connection, self._mine.used = connection, False
        return connection

    def _new(self) -> http.client.HTTPConnection:
        to = self._target
        if self._tls is not None:
            return http.client.HTTPSConnection(to.host, to.port, timeout=self._timeout, context=self._tls)
        return http.client.HTTPConnection(to.host, to.port, timeout=self._timeout)

    def _close(self) -> None:
        connection = getattr(self._mine, "connection", None)
        if connection is not None:
            connection.close()
            self._mine.connection = None


def reason(error: Exception) -> str:
    """What kind of trouble, without addresses or secrets."""
    return "timeout" if isinstance(error, TimeoutError) else type(error).__name__
