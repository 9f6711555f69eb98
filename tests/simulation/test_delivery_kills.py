"""`kill -9` of workers while they hand texts to a real gateway and a real mail server: nothing lost, and whatever
comes twice comes under the same key.

WANJIA_DELIVERY_KILLS says how many kills a store; without it a few, with CI set ten.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.machine import needs
from tests.support.receivers import gateway, smtp_server
from tests.support.stores import Store, filled_store
from wanjia.adapters.email.codec import message_id

KILLS = int(os.environ.get("WANJIA_DELIVERY_KILLS") or (10 if os.environ.get("CI") else 4))
WORKERS = 2
TEXTS = 60 * KILLS + 100
"""Per channel: enough that every kill finds work under way."""
SENDER = "notice@supply.example"
SETTLE_SECONDS_MAX = 150
WORKER = ("-c", "from wanjia.cli.main import main; main()", "worker")

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="ends its workers with itself by prctl"),
]


class Workers:
    """So many worker processes; a killed one is replaced, as a service manager does."""

    def __init__(self, store: Store, log: Path) -> None:
        self.store, self.log = store, log
        self.running: list[subprocess.Popen[bytes]] = []

    def fill(self) -> None:
        self.running = [worker for worker in self.running if worker.poll() is None]
        while len(self.running) < WORKERS:
            self.running.append(self.store.start(*WORKER, log=self.log))

    def kill_one(self, chance: random.Random) -> None:
        worker = chance.choice(self.running)
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()

    def kill_all(self) -> None:
        for worker in self.running:
            if worker.poll() is None:
                os.killpg(worker.pid, signal.SIGKILL)
                worker.wait()
        self.running = []


def run(store: Store, folder: Path) -> dict[str, Any]:
    """Queue, send under kills, let the claims run out, send the rest, count."""
    with ExitStack() as stack:
        sms, mail = stack.enter_context(gateway()), stack.enter_context(smtp_server())
        sms.seconds_per_text = 0.01
        environment = {"WANJIA_SMS_URL": sms.url, "WANJIA_SMS_TOKEN": "t", "WANJIA_SMTP_URL": mail.url,
                       "WANJIA_MAIL_FROM": SENDER}  # fmt: skip
        store = replace(store, environment={**store.environment, **environment})
        store.python("-m", "tests.support.killing_couriers", "queue", str(TEXTS))
        workers = Workers(store, folder / "workers.log")
        stack.callback(workers.kill_all)
        kills_at_work = sum(_kills(workers, sms.book, mail.book))
        workers.kill_all()
        store.python("-m", "tests.support.killing_couriers", "run_out")
        workers.fill()
        settled = _settled(workers, sms.book, mail.book)
        time.sleep(1.5)  # the last round is marked after it was sent
        workers.kill_all()
        told = json.loads(store.python("-m", "tests.support.killing_couriers", "count"))
    keys = {f"k:{n}:sms" for n in range(TEXTS)}
    ids = {message_id(f"k:{n}:email", SENDER) for n in range(TEXTS)}
    came = {**sms.book.keys, **mail.book.keys}
    return {
        "kills": KILLS, "kills_at_work": kills_at_work, "texts": 2 * TEXTS, "settled": settled,
        "statuses": told["statuses"], "lost": sorted((keys | ids) - came.keys()),
        "unasked": sorted(came.keys() - keys - ids),
        "came_again_under_their_key": sum(times - 1 for times in came.values()),
        "two_receipts": [row for row in told["rows"] if row[0].endswith("sms") and row[2] != f"for {row[0]}"],
        "documents_per_key": _documents_per_key(sms.book),
    }  # fmt: skip


def _kills(workers: Workers, *books: Any) -> Iterator[bool]:
    """Kill at chance moments after texts have come since the last kill; whether one was under way cannot be known."""
    chance = random.Random(7)
    workers.fill()
    for _ in range(KILLS):
        before, until = _total(books), time.monotonic() + 60
        while _total(books) < before + 5 and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(chance.random() * 0.1)
        workers.kill_one(chance)
        yield _total(books) >= before + 5
        workers.fill()


def _settled(workers: Workers, *books: Any) -> bool:
    until = time.monotonic() + SETTLE_SECONDS_MAX
    while time.monotonic() < until:
        if sum(len(book.keys) for book in books) >= 2 * TEXTS:
            return True
        workers.fill()
        time.sleep(0.1)
    return False


def _total(books: tuple[Any, ...]) -> int:
    return sum(len(book.texts) for book in books)


def _documents_per_key(book: Any) -> int:
    """How many different documents came under one key, at most."""
    bodies: dict[str, set[bytes]] = {}
    for text in book.texts:
        bodies.setdefault(text["headers"]["Idempotency-Key"], set()).add(text["body"])
    return max(len(found) for found in bodies.values())


def check(result: dict[str, Any]) -> None:
    print("\n" + json.dumps(result, ensure_ascii=False))
    assert result["lost"] == [] and result["unasked"] == [] and result["two_receipts"] == []
    assert result["settled"] and result["statuses"] == {"sent": result["texts"]}
    assert result["documents_per_key"] == 1, "a repetition says the same"
    assert result["kills_at_work"] == KILLS, "every kill met workers that were sending"


def test_nothing_is_lost_on_sqlite(tmp_path: Path) -> None:
    with filled_store("sqlite", tmp_path / "home") as store:
        check(run(store, tmp_path))


@needs("postgres")
def test_nothing_is_lost_on_postgresql(tmp_path: Path, postgres_server: str) -> None:
    with filled_store("postgres", tmp_path / "home", postgres_server) as store:
        check(run(store, tmp_path))
