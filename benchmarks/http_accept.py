"""A request accepted over HTTP: p50 and p99 at 50 requests a second, through `wanjia serve`, beside /healthz.

Run: `.venv/bin/python benchmarks/http_accept.py [--quick]` (30 s; quick: 5 s). Each request opens a case by POST to
/api/cases: the row, its task, clocks, messages, history and the look-up of who answers, committed before the answer.
Requests begin at fixed instants whether or not earlier ones are answered, so waiting counts (no coordinated omission).
"""

import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import _stand as stand
from tests.support.killing import Site, ask, opening

RATE = 50
CLIENTS = 32


def load(port: int, seconds: int, method: str, path: str) -> list[float]:
    """Milliseconds of each request, from the instant it should have been sent; `inf` for one without an answer."""
    taken: list[float] = []
    lock = threading.Lock()
    began = time.perf_counter() + 0.2

    def send(number: int) -> None:
        due = began + number / RATE
        time.sleep(max(0.0, due - time.perf_counter()))
        body = opening(f"bench-{began}-{number}") if method == "POST" else None
        try:
            status = ask(port, method, path, body)[0]
        except OSError:
            status = 0
        with lock:
            taken.append(1e3 * (time.perf_counter() - due) if status in (200, 201) else float("inf"))

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(send, range(RATE * seconds)))
    return sorted(taken)


def shown(name: str, taken: list[float]) -> str:
    """One line: p50, p99 and the worst."""
    at = [taken[min(len(taken) - 1, int(share * len(taken)))] for share in (0.5, 0.99)]
    return f"{name:<22} p50 {at[0]:7.1f} ms   p99 {at[1]:7.1f} ms   worst {taken[-1]:7.1f} ms"


def main() -> None:
    """Both stores."""
    seconds = 5 if stand.quick() else 30
    stand.describe()
    for kind in stand.stores():
        with stand.store(kind) as store, tempfile.TemporaryDirectory() as folder:
            site = Site(store, Path(folder))
            site.start()
            try:
                load(site.port, 3, "POST", "/api/cases")
                floor = load(site.port, seconds, "GET", "/healthz")
                taken = load(site.port, seconds, "POST", "/api/cases")
            finally:
                site.kill_all()
        print(shown(f"{kind} accepted", taken))
        print(shown(f"{kind} /healthz", floor), f"  ratio of p50 {taken[len(taken) // 2] / floor[len(floor) // 2]:.1f}")


if __name__ == "__main__":
    main()
