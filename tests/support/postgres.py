"""A PostgreSQL server of the tests' own: Debian's binary, an unprivileged user, a free port, a temporary folder."""

import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests.support.machine import postgres_folder

START_SECONDS_MAX = 30
# Nothing here outlives the tests, so nothing is synced, unless a test asks for a durable server.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=1GB", "checkpoint_timeout=1h")
ALWAYS = ("max_connections=200", "shared_buffers=128MB", "log_min_messages=warning")


def _unprivileged() -> dict[str, Any]:
    """Popen's `user` and `group` when this is root (PostgreSQL refuses root); nothing otherwise."""
    if os.geteuid() != 0:
        return {}
    names = [entry.pw_name for entry in pwd.getpwall()]
    entry = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _die_with_parent() -> None:
    """A killed test run leaves no server behind (Linux: PR_SET_PDEATHSIG = 1)."""
    if hasattr(ctypes, "CDLL") and os.uname().sysname == "Linux":
        ctypes.CDLL(None).prctl(1, signal.SIGINT)


def free_port() -> int:
    """A TCP port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(*, durable: bool = False) -> Iterator[str]:
    """Start a server, give its URL (database `postgres`, trusted user), stop it and remove its folder."""
    binaries = postgres_folder()
    if binaries is None:
        raise RuntimeError("no PostgreSQL on this machine: apt-get install postgresql-15")
    folder = Path(tempfile.mkdtemp(prefix="wanjia-postgres-"))
    account = _unprivileged()
    if account:
        os.chown(folder, account["user"], account["group"])
    try:
        _make_cluster(binaries, folder, account)
        with _running(binaries, folder, account, durable=durable) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make_cluster(binaries: Path, folder: Path, account: dict[str, Any]) -> None:
    options = ["-U", "wanjia", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
    command = [str(binaries / "initdb"), "-D", str(folder / "data"), *options]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False, **account)
    if done.returncode:
        raise RuntimeError(f"initdb failed: {done.stderr}")


@contextmanager
def _running(binaries: Path, folder: Path, account: dict[str, Any], *, durable: bool) -> Iterator[str]:
    port = free_port()
    settings = (*ALWAYS, *(() if durable else FAST), "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}")
    command = [str(binaries / "postgres"), "-D", str(folder / "data"), "-p", str(port)]
    for setting in settings:
        command += ["-c", setting]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, cwd=folder, preexec_fn=_die_with_parent, start_new_session=True, **account
        )
    url = f"postgres://wanjia@127.0.0.1:{port}/postgres"
    try:
        _wait_until_it_answers(url, process, folder / "server.log")
        yield url
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=START_SECONDS_MAX)


def _wait_until_it_answers(url: str, process: subprocess.Popen[Any], log: Path) -> None:
    until = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < until and process.poll() is None:
        try:
            psycopg.connect(url, connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start: {log.read_text(errors='replace')}")


def with_database(url: str, name: str) -> str:
    """The same server's URL with another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@contextmanager
def database(url: str, name: str) -> Iterator[str]:
    """An empty database of this name on the server at `url`; dropped at the end, whoever is still connected."""
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield with_database(url, name)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(drop)
