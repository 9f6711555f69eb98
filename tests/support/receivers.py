"""Real receiving systems on this machine: a mail server and an HTTP gateway that note what comes, by its key.

How they behave is chosen by the address a text is for, so that one server shows every way of refusing.
"""

import contextlib
import email
import email.policy
import json
import socketserver
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Book:
    """What came: every text in order, and how often each key came."""

    texts: list[dict[str, Any]] = field(default_factory=list)
    keys: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, key: str, text: dict[str, Any]) -> bool:
        """Whether the key is new: only then a person would get the text."""
        with self.lock:
            self.texts.append(text)
            self.keys[key] += 1
            return self.keys[key] == 1


class _Calm:
    """A server to which clients that are killed under way are nothing special."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[misc]


class _Smtp(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a client needs. `nobody@` is unknown, `full@` busy, `spam@` refused after DATA,
    `silent@` never answered."""

    timeout = 20

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self) -> None:
        self.server.connections += 1
        self.say("220 test.example ESMTP")
        self.to = ""
        with contextlib.suppress(OSError):
            while line := self.rfile.readline().decode("utf-8", "replace").strip():
                verb = line.split(" ")[0].upper()
                if verb == "QUIT":
                    return self.say("221 bye")
                getattr(self, f"do_{verb.lower()}", self.do_other)(line)
        return None

    def do_ehlo(self, line: str) -> None:
        self.say("250-test.example")
        self.say("250 8BITMIME")

    def do_other(self, line: str) -> None:
        self.say("250 OK")

    def do_rcpt(self, line: str) -> None:
        self.to = line.partition("<")[2].partition(">")[0]
        known = {"nobody": f"550 5.1.1 <{self.to}>: no such user", "full": "452 4.2.2 mailbox full",
                 "closing": "421 shutting down"}  # fmt: skip
        self.say(known.get(self.to.partition("@")[0], "250 OK"))

    def do_data(self, line: str) -> None:
        self.say("354 go on")
        lines = []
        while (part := self.rfile.readline()) != b".\r\n":
            if not part:
                return None  # cut off before the end: no mail (RFC 5321, 4.1.1.4)
            lines.append(part[1:] if part.startswith(b"..") else part)
        name = self.to.partition("@")[0]
        if name == "silent":
            time.sleep(self.server.silence_seconds)
            return
        if name == "spam":
            return self.say("554 5.7.1 refused as spam")
        mail = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        text = {"to": self.to, "mail": mail, "raw": b"".join(lines)}
        self.server.book.note(mail["Message-ID"], text)
        self.say("250 2.0.0 taken")
        return None


class _SmtpServer(_Calm, socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Smtp)
        self.book, self.connections, self.silence_seconds = Book(), 0, 3.0


@contextlib.contextmanager
def smtp_server() -> Iterator[Any]:
    """A running mail server with `.url` and `.book`."""
    with _running(_SmtpServer()) as server:
        server.url = f"smtp://127.0.0.1:{server.server_address[1]}?starttls=no"
        yield server


class _Gateway(BaseHTTPRequestHandler):
    """Takes JSON documents under their Idempotency-Key. The telephone number (or path) says how it behaves."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        document = json.loads(body)
        document = document if isinstance(document, dict) else {}
        text = {"path": self.path, "headers": dict(self.headers), "body": body, "document": document}
        ours = self.server.status
        status = self.server.statuses.get(str(document.get("to")), 200) if ours is None else ours
        if status == 0:
            time.sleep(self.server.silence_seconds)
            self.close_connection = True
            return None
        if status == 200:
            key = self.headers["Idempotency-Key"]
            self.server.book.note(key, text)
            time.sleep(self.server.seconds_per_text)
            return self._answer(200, {"id": f"for {key}"[:100]})
        self.server.refused.append(text)
        return self._answer(status, {"error": f"{document.get('to')} refused"})

    def _answer(self, status: int, document: dict[str, Any]) -> None:
        content = json.dumps(document).encode()
        self.send_response(status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class _GatewayServer(_Calm, ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Gateway)
        self.book, self.refused = Book(), []
        self.statuses: dict[str, int] = {}
        self.headers: dict[str, str] = {}
        self.status: int | None = None
        self.silence_seconds, self.seconds_per_text = 3.0, 0.0


@contextlib.contextmanager
def gateway() -> Iterator[Any]:
    """A running gateway with `.url`, `.book`, `.statuses` (by number; 0: never answers) and `.status` for all."""
    with _running(_GatewayServer()) as server:
        server.url = f"http://127.0.0.1:{server.server_address[1]}/messages"
        yield server


@contextlib.contextmanager
def _running(server: Any) -> Iterator[Any]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
