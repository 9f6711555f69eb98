"""Runs the suite: conformance on PostgreSQL where it is present, then everything on SQLite.

Both runs end in one summary: the last line is pytest's own, and counts the tests of both stores. Arguments go to
pytest; with arguments there is one run, on `--store sqlite` (default) or `--store postgres`.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support import machine, postgres  # noqa: E402  (the repository itself is not installed)

BOTH_STORES = ("tests/conformance",)
"""Journeys go through the same verbs and reads; `--store postgres tests/journeys` takes them there too."""
ROWLESS = ("tests/conformance/practices", "tests/conformance/test_series_*.py")
"""Of these, what touches no rows: practices in the case machine alone, and measurements, whose stores are files."""
RESULTS = "build/results-postgres.json"
# Two workers pay off on two cores; a run of a few named tests starts quicker without them. Files come in the order of
# their folders: the long ones of browser and simulation before the many short ones of unit, so that no worker is left
# alone at the end with a test of minutes.
PARALLEL = ("-n", str(min(os.cpu_count() or 1, 4)), "--dist", "loadfile", "--no-loadscope-reorder")


def main(arguments: list[str]) -> int:
    """Exit code of pytest: 0 when all passed on every store that is here."""
    store, rest = _store(arguments)
    if machine.postgres_folder() is None and not os.environ.get("DATABASE_URL"):
        print("PostgreSQL is not on this machine: the tests of the second store are left out.", flush=True)
        return _pytest([*PARALLEL, "--quiet"], {}) if not arguments else _pytest(rest, {})
    if url := os.environ.get("DATABASE_URL"):
        return _runs(url, store, rest, named=bool(arguments))
    with postgres.server() as url:
        return _runs(url, store, rest, named=bool(arguments))


def _runs(url: str, store: str, rest: list[str], *, named: bool) -> int:
    on_postgres = {"DATABASE_URL": url}
    on_sqlite = {"DATABASE_URL": "", "WANJIA_TEST_POSTGRES_URL": url}
    if named:
        return _pytest(rest, on_postgres if store == "postgres" else on_sqlite)
    print("== PostgreSQL: conformance", flush=True)
    (ROOT / RESULTS).unlink(missing_ok=True)
    folders = [folder for folder in BOTH_STORES if any((ROOT / folder).rglob("test_*.py"))]
    asked = [f"--write-results={RESULTS}", *(f"--ignore-glob={pattern}" for pattern in ROWLESS), *folders]
    first = _pytest([*PARALLEL, "--quiet", *asked], on_postgres) if folders else 0
    if not folders or not (ROOT / RESULTS).exists():
        return first or _pytest([*PARALLEL, "--quiet"], on_sqlite)
    print("== SQLite: everything", flush=True)
    return _pytest([*PARALLEL, "--quiet", f"--add-results={RESULTS}"], on_sqlite) or first


def _store(arguments: list[str]) -> tuple[str, list[str]]:
    """Take `--store NAME` out of the arguments."""
    if "--store" not in arguments:
        return "sqlite", arguments
    at = arguments.index("--store")
    store = arguments[at + 1] if at + 1 < len(arguments) else ""
    if store not in ("sqlite", "postgres"):
        raise SystemExit(f"--store {store!r}: say sqlite or postgres")
    return store, arguments[:at] + arguments[at + 2 :]


def _pytest(arguments: list[str], environment: dict[str, str]) -> int:
    # The tests' own secret key and uploads, apart from those of a demo that may be running.
    environment = {"WANJIA_HOME": str(ROOT / "build" / "test-home"), **environment}
    # Hundreds of processes are started and killed here: each would compile the whole product again if none may keep it.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(command, cwd=ROOT, env={**kept, **environment}, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
