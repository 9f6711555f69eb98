"""The balance of a city's day, from readings on disk to the table of districts, beside peers doing the same work.

Run: `.venv/bin/python benchmarks/balance.py [--quick]`. 9,087 districts, 2,000,000 meters, 192,000,000 readings with
real days' dirt; `--quick` is a hundredth of it. Each contender has its own process and its own best layout
(`_balance_peers.py`); data are kept below `build/balance` for the next run. All answers are held against ours before
anything is printed.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from _balance_city import Layouts, meters_of
from _balance_peers import FLOORS, OURS, PEERS
from _stand import ROOT, describe, quick

DISTRICTS, METERS, SLOTS = 9_087, 2_000_000, 96
RUNS = 5
SECONDS_MAX = 120
"""Seconds a contender may take in all."""
VERSION = 1
"""Of the data; another one makes them again."""
LAYOUT_OF = {"ours": "store", "DuckDB": "wide", "Polars streaming, wide": "wide", "Polars streaming, Arrow": "ipc",
             "chDB": "wide", "pandas": "wide", "Spark": "wide", "wanjia": "long"}  # fmt: skip
FILES_OF = {"store": "store/days/*/1/*.parquet", "wide": "wide.parquet", "ipc": "*.arrow", "long": "long.parquet"}


def made(districts: int, meters: int) -> tuple[Path, dict[str, float]]:
    """The folder of a city, made unless it is there, and the seconds that each layout took to write."""
    folder = ROOT / "build" / "balance" / f"{meters}-v{VERSION}"
    note = folder / "made.json"
    if not note.exists():
        shutil.rmtree(folder, ignore_errors=True)
        layouts = Layouts(folder, meters_of(districts, meters))
        layouts.write()
        note.write_text(json.dumps(layouts.seconds))
    return folder, json.loads(note.read_text())


def contend(name: str, folder: Path) -> dict[str, Any]:
    """One contender in a process of its own."""
    words = [sys.executable, str(Path(__file__).with_name("_balance_peers.py")), name, str(folder), str(RUNS)]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS_MAX, check=False, cwd=ROOT)
    except subprocess.TimeoutExpired:
        return {"not_run": f"took more than {SECONDS_MAX} s"}
    if done.returncode:
        return {"not_run": done.stderr.strip().splitlines()[-1][:90] if done.stderr.strip() else "failed"}
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def answer(folder: Path) -> dict[str, np.ndarray]:
    """What the last contender found."""
    path = folder / "answer.npz"
    with np.load(path) as data:
        found = dict(data)
    path.unlink()
    return found


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    """Energies to a millionth of a kWh, everything counted exactly."""
    close = all(np.allclose(one[name], other[name], rtol=0, atol=1e-6 * scale, equal_nan=True)
                for name, scale in (("loss", 1), ("energy", 1e9), ("coverage", 1)))  # fmt: skip
    return close and all(np.array_equal(one[name], other[name]) for name in ("band", "reasons", "flagged"))


def line(name: str, found: dict[str, Any], folder: Path, seconds: dict[str, float], best: float) -> str:
    """A row of the table."""
    if "not_run" in found:
        return f"| {name} | not run: {found['not_run']} | | | | |"
    wall, processor = min(found["times"])
    layout = next((kind for start, kind in LAYOUT_OF.items() if name.startswith(start)), "")
    size = sum(path.stat().st_size for path in folder.glob(FILES_OF[layout])) / 1e6 if layout else 0
    cost = f"{size:.0f} MB, {seconds[layout]:.1f} s" if layout else ""
    return f"| {name} | {wall:.3f} | {processor:.3f} | {wall / best:.2f} | {found['peak_mb']:.0f} | {cost} |"


def main() -> None:
    """Prints the table."""
    describe()
    share = 100 if quick() else 1
    folder, seconds = made(DISTRICTS // share, METERS // share)
    readings = METERS // share * SLOTS
    first = contend(OURS, folder)
    if "not_run" in first:
        sys.exit(f"ours: {first['not_run']}")
    reference, lines = answer(folder), []
    best = min(first["times"])[0]
    lines.append(line(OURS, first, folder, seconds, best))
    for name in PEERS:
        found = contend(name, folder)
        if "not_run" not in found and not same(reference, answer(folder)):
            found = {"not_run": "its answer differs from ours"}
        lines.append(line(name, found, folder, seconds, best))
    floors = {name: contend(name, folder) for name in FLOORS}
    lines += [line(name, found, folder, seconds, best) for name, found in floors.items()]
    print(f"\n{DISTRICTS // share:,} districts, {METERS // share:,} meters, {readings:,} readings; answers equal\n")
    print("| | seconds, warm | of the processor | times ours | peak MB | layout: size, written in |")
    print("|---|---|---|---|---|---|")
    print("\n".join(lines))
    _long(floors, share, best)


def _long(floors: dict[str, dict[str, Any]], share: int, ours: float) -> None:
    """The long table against decoding it, and against a tenth of it."""
    names = ("wanjia balance, long Parquet", "floor: decode the long table's columns")
    if any("not_run" in floors[name] for name in names):
        return
    whole, decoded = (min(floors[name]["times"]) for name in names)
    folder, _ = made(DISTRICTS // share // 10, METERS // share // 10)
    tenth = min(contend(names[0], folder)["times"])
    store = min(contend(OURS, folder)["times"])[0]
    ratio, processor = whole[0] / decoded[0], whole[1] / decoded[1]
    print(f"\nlong table: {ratio:.2f} times decoding it ({processor:.2f} of the processor)")
    print(f"ten times the readings: {whole[0] / tenth[0]:.1f} times as long from the long table, "
          f"{ours / store:.1f} times from the store")  # fmt: skip


if __name__ == "__main__":
    main()
