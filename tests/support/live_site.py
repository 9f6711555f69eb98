"""The product on loopback for a browser: a real store in a file of its own, threads, and a clock that can be turned.

`make_world` fills a file once a session; `live_site` serves a copy of it, so that every test begins with the same
world at the same minute and leaves nothing behind. The store of the other tests is not touched.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.test.testcases import QuietWSGIRequestHandler

from tests.support import world
from tests.support.virtual_time import VirtualTime, virtual_time
from wanjia.actions.cases.fire_due_clocks import fire_due_clocks
from wanjia.records.cases.models import Clock
from wanjia.web import settings
from wanjia.wiring.warming import warm

MONDAY_MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
"""When every journey begins: an ordinary week of working days follows."""


@dataclass
class LiveSite:
    """What a journey holds: where the product answers, who is in it, and the clock."""

    address: str
    world: world.World
    clock: VirtualTime

    def pass_time(self, **span: float) -> None:
        """Let days, hours or minutes go by; the worker wakes whenever a clock is due, as it would."""
        until = self.clock.now() + timedelta(**span)
        while due_at := _next_due(until):
            self.clock.set(max(due_at, self.clock.now()))
            assert fire_due_clocks(self.clock.now()), "a clock is due, but nothing could act"
        self.clock.set(until)


def _next_due(until: datetime) -> datetime | None:
    return Clock.objects.filter(next_at__lte=until).order_by("next_at").values_list("next_at", flat=True).first()


@contextmanager
def store(path: Path) -> Iterator[None]:
    """Within the block the default store of this process, in every thread, is the SQLite file at `path`."""
    kept = connections.settings["default"]
    mine = {**kept, **settings.database(None), "NAME": str(path)}
    of_this_thread = connections["default"]
    connections.settings["default"] = mine
    del connections["default"]
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = kept
        connections["default"] = of_this_thread


def make_world(path: Path) -> world.World:
    """A new file with the small world in it, on Monday morning."""
    with store(path), virtual_time(MONDAY_MORNING):
        call_command("migrate", verbosity=0)
        made = world.build()
        with connections["default"].cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return made


@contextmanager
def live_site(template: Path, made: world.World, folder: Path) -> Iterator[LiveSite]:
    """Serve a copy of the world until the block ends."""
    path = folder / "wanjia.sqlite3"
    shutil.copyfile(template, path)
    cache.clear()
    with store(path), virtual_time(MONDAY_MORNING) as clock, _served() as address:
        warm()  # as a web process does when it starts: no visitor waits for the first reading of all practices
        yield LiveSite(address, made, clock)


@contextmanager
def _served() -> Iterator[str]:
    server = ThreadedWSGIServer(("127.0.0.1", 0), QuietWSGIRequestHandler)
    server.set_app(get_wsgi_application())
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
