"""Kills web and worker processes with `kill -9` while clients send requests and deadlines come due; then counts.

Used by tests/simulation/test_kills.py; `make crash` runs it at full length. Nothing here looks into the product: it
talks HTTP, sends signals, and reads the rows at the end.
"""

import contextlib
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.postgres import free_port
from tests.support.stores import Store

WANJIA = ("-c", "from wanjia.cli.main import main; main()")
PATIENCE_SECONDS = 0.25
"""How long a client that was cut off waits before it sends again."""
CLIENTS = 4
SEEDED_PER_SECOND = 4
"""Cases opened beside the traffic, so that a deadline comes due every few hundred milliseconds."""
WHOLE_SITE_EVERY = 6
"""Every so many kills the master process goes too, and the site is started again from nothing."""
START_SECONDS_MAX = 180
SETTLE_SECONDS_MAX = 90
DELAY_SECONDS_MAX = 0.25
"""How long after the first answer since the last kill the next one comes, at most."""


@dataclass
class Book:
    """What clients were told: key -> number for every acknowledged request; numbers whose task was acknowledged."""

    opened: dict[str, str] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    answers: int = 0
    broken_off: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Site:
    """The processes of one store: the web process with the worker in it (SQLite), or web and workers (PostgreSQL)."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self.log, self.port = store, folder / "processes.log", free_port()
        self.web: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start what is not running and wait until a page is answered."""
        until = time.monotonic() + START_SECONDS_MAX
        self._start_missing()
        while not self.answers():
            if time.monotonic() > until:
                raise RuntimeError(f"the site does not start: {self.log.read_text()[-3000:]}")
            time.sleep(0.05)
            self._start_missing()

    def _start_missing(self) -> None:
        """What an installation's service manager does; the master gives up when its processes die too fast."""
        if self.web is None or self.web.poll() is not None:
            arguments = (*WANJIA, "serve", "--port", str(self.port), "--workers", "2")
            self.web = self.store.start(*arguments, log=self.log)
        self.workers = [worker for worker in self.workers if worker.poll() is None]
        while self.store.kind == "postgres" and len(self.workers) < 2:
            self.workers.append(self.store.start(*WANJIA, "worker", log=self.log))

    def answers(self) -> bool:
        """Whether a page is answered now."""
        try:
            return ask(self.port, "GET", "/healthz")[0] == 200
        except OSError:
            return False

    def kill_one(self, chance: random.Random) -> str:
        """`kill -9` of one process that works: a web process, or a worker."""
        web = serving(self.web.pid) if self.web and self.web.poll() is None else []
        targets = [*(("web", pid) for pid in web), *(("worker", worker.pid) for worker in self.workers)]
        if not targets:
            return ""
        name, pid = chance.choice(targets)
        with contextlib.suppress(ProcessLookupError):  # it may be leaving by itself
            os.kill(pid, signal.SIGKILL)
        return name

    def kill_all(self) -> None:
        """`kill -9` of everything at once."""
        for process in (self.web, *self.workers):
            if process is not None and process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.web, self.workers = None, []


def serving(master: int) -> list[int]:
    """Process ids of the web processes that a master has started."""
    try:
        children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    except OSError:
        return []
    return [int(pid) for pid in children if b"resource_tracker" not in _command(pid)]


def _command(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def ask(port: int, method: str, path: str, body: object = None, token: str = "") -> tuple[int, dict[str, object]]:
    """One request on a connection of its own, as from another visitor behind a proxy. Raises OSError when cut off."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {"Content-Type": "application/json"}
    # The limits per address are for people; each request here comes from somebody else.
    headers["X-Forwarded-For"] = ".".join(str(random.randrange(1, 255)) for _ in range(4))
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    except (http.client.HTTPException, ValueError) as broken:
        raise OSError(str(broken)) from broken
    finally:
        connection.close()


def client(number: int, port: int, token: str, book: Book, stop: threading.Event) -> None:
    """Opens cases, does their first task, repeats some: each request until it is answered, however often cut off."""
    chance, sent = random.Random(number), 0
    while not stop.is_set():
        sent += 1
        key = f"client-{number}-request-{sent:06d}"
        status, answer = persist(port, "/api/cases", opening(key), "", book)
        _note(book, status in (200, 201), f"{key}: {status} {answer}")
        case = str(answer.get("number"))
        with book.lock:
            _note(book, book.opened.setdefault(key, case) == case, f"{key}: two numbers")
        if chance.random() < 0.3:
            status, again = persist(port, "/api/cases", opening(key), "", book)
            _note(book, (status, again.get("number")) == (200, case), f"{key} again: {status} {again}")
        if chance.random() < 0.5:
            answers = {"answers": {"outcome": "answered", "answer_text": "好"}}
            status, answer = persist(port, f"/api/cases/{case}/tasks/t1/complete", answers, token, book)
            # Cut off after it was done, the repeated request is told that the task is not open any more.
            _note(book, status == 200 or "task.not_open" in json.dumps(answer), f"{case} done: {status} {answer}")
            book.done.add(case)


def _note(book: Book, fine: bool, what: str) -> None:
    if not fine:
        book.faults.append(what)


def opening(key: str) -> dict[str, object]:
    """The body that opens a case by the contact card's practice."""
    place = {"longitude": 119.91, "latitude": 29.91, "address": "海棠村12号"}
    answers = {
        "line": "business",
        "need": key,
        "place": place,
        "contact_name": "李阿婆",
        "contact_phone": "13800000067",
    }
    return {"practice": "contact_card", "request_key": key, "answers": answers}


def persist(port: int, path: str, body: object, token: str, book: Book) -> tuple[int, dict[str, object]]:
    """Send until an answer comes; 5xx (the store is restarting behind it) counts as none."""
    while True:
        try:
            status, answer = ask(port, "POST", path, body, token)
        except OSError:
            book.broken_off += 1
            time.sleep(PATIENCE_SECONDS)
            continue
        if status < 500:
            book.answers += 1
            return status, answer
        time.sleep(PATIENCE_SECONDS)


def run(
    store: Store, folder: Path, kills: int, seed: int = 1, seconds_max: float = float("inf")
) -> dict[str, object]:  # fmt: skip
    """The whole experiment; gives the figures, among them what was lost and what was doubled (lists)."""
    began, chance, book, stop = time.monotonic(), random.Random(seed), Book(), threading.Event()
    token = store.python("-m", "tests.support.killing_rows", "token").strip()
    site = Site(store, folder)
    site.start()
    seeds = store.start("-m", "tests.support.killing_rows", "seed", str(SEEDED_PER_SECOND), log=folder / "seeds.log")
    threads = [
        threading.Thread(target=client, args=(at, site.port, token, book, stop), daemon=True) for at in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    try:
        killed = kill_often(site, book, kills, chance, began + seconds_max)
    finally:
        stop.set()
        site.start()
        for thread in threads:
            thread.join(SETTLE_SECONDS_MAX)
        seeds.send_signal(signal.SIGTERM)
        seeds.wait()
        settled = settle(store)
        site.kill_all()
    (folder / "acknowledged.json").write_text(json.dumps({"opened": book.opened, "done": sorted(book.done)}))
    rows = json.loads(store.python("-m", "tests.support.killing_rows", "count", str(folder / "acknowledged.json")))
    hung = [thread.name for thread in threads if thread.is_alive()]
    return {
        "store": store.kind, "kills": killed, "acknowledged": len(book.opened), "answers": book.answers,
        "cut_off": book.broken_off, "faults": book.faults[:10], "hung": hung, "settled": settled, **rows,
        "seconds": round(time.monotonic() - began, 1),
    }  # fmt: skip


def kill_often(site: Site, book: Book, kills: int, chance: random.Random, end: float) -> dict[str, int]:
    """Kill one process after another; each only when the site has answered a client since the last one."""
    killed = {"web": 0, "worker": 0, "all": 0}
    while sum(killed.values()) < kills and time.monotonic() < end:
        answered, until = book.answers, time.monotonic() + START_SECONDS_MAX
        while book.answers < answered + 2 and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(chance.random() * DELAY_SECONDS_MAX)
        if sum(killed.values()) % WHOLE_SITE_EVERY == WHOLE_SITE_EVERY - 1:
            site.kill_all()
            killed["all"] += 1
            site.start()
        elif name := site.kill_one(chance):
            killed[name] += 1
        site.start()
    return killed


def settle(store: Store) -> bool:
    """Wait until the workers have fired everything that is due."""
    until = time.monotonic() + SETTLE_SECONDS_MAX
    while time.monotonic() < until:
        if store.python("-m", "tests.support.killing_rows", "due").strip() == "0":
            return True
        time.sleep(0.5)
    return False


if __name__ == "__main__":
    sys.exit("run tests/simulation/test_kills.py")
