"""`wanjia serve`: the web process; on the embedded store the worker runs inside it."""

import os

import click
from django.db import connections
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from wanjia import wiring

THREADS = 8
"""Blocking threads per process: enough to keep two cores busy while some wait for the disk."""

RESPAWN_SECONDS = 0.5
"""How soon a web process that died (killed for its memory, say) is replaced."""


def run_server(host: str, port: int, workers: int) -> None:
    """Serve until stopped. One process on SQLite (a second writer would only wait), `workers` on PostgreSQL."""
    embedded = not os.environ.get("DATABASE_URL")
    os.environ["WANJIA_WORKER_THREAD"] = "1" if embedded else "0"
    connections.close_all()  # the web processes are forked: one socket shared by two of them mixes up their answers
    Granian(
        "wanjia.web.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1 if embedded else workers,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        respawn_interval=RESPAWN_SECONDS,
        log_access=False,
        log_level=LogLevels.warning,
    ).serve()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, envvar="PORT", help="Port to listen on.")
@click.option("--workers", default=2, show_default=True, help="Web processes, on PostgreSQL.")
def command(host: str, port: int, workers: int) -> None:
    """Serve the pages and the API; migrate the store first if it is behind."""
    wiring.ready()
    wiring.migrate()
    run_server(host, port, workers)
