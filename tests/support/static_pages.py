"""A page of a test's own, served beside the built islands under the strictest content security policy."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

ISLANDS = Path("src/wanjia/web/static/islands")
# MapLibre's own stylesheet carries its icons as data: images.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'"
)


class _Handler(SimpleHTTPRequestHandler):
    """Serves `pages` (path -> (type, text)), and the built islands below /islands/."""

    def __init__(self, *arguments: Any, pages: dict[str, tuple[str, str]], **options: Any) -> None:
        self.pages = pages
        super().__init__(*arguments, directory=str(ISLANDS.parent), **options)

    def do_GET(self) -> None:
        kind, text = self.pages.get(self.path.split("?")[0], ("", ""))
        if not kind:
            super().do_GET()
            return
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """A test's page is not worth a log line."""


@contextmanager
def served(pages: dict[str, tuple[str, str]]) -> Iterator[str]:
    """Address of a server on loopback for these pages; stops at the end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, pages=pages))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
