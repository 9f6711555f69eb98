"""How good is the diagnosis: faults put into made cities, found ones against true ones; and how long it takes.

Run: `.venv/bin/python benchmarks/diagnosis_quality.py [SEEDS] [FIRST_SEED]` (5 from seed 1; `--quick`: 2, smaller).
A city has 1,000 districts of some 220 customers; in 28 days, 30 of its meters hang on another district than the books
say (10 swaps, 10 moves), at 20 a share of what is used goes past from a day on, and 10 masters die; beside these, 10
are passed by with their heavy circuits only, which their own curve no longer tells anything of. Nobody sees to it that
a fault can be found: meters of empty flats are swapped too, and thefts begin up to six days before the end. Readings
are as dirty as `making_nouns.REAL_DIRT` says.

The ranking is of meters, moves and leads together: 50 are true without the circuits.
"""

import os
import platform
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields
from multiprocessing import get_context
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from wanjia.kernels.balance.diagnosis.hourly import Hourly, Part, gather
from wanjia.kernels.balance.diagnosis.scoring import TOP, Hits, Score, score
from wanjia.kernels.balance.diagnosis.whole import diagnose
from wanjia.kernels.balance.made.city import blocks, make_city
from wanjia.kernels.balance.made.nouns import City, Injections

DAYS = 28
FULL = (1000, 220, Injections(swaps=10, moves=10, thefts=20, circuits=10, dead_masters=10))
QUICK = (100, 220, Injections(swaps=3, moves=3, thefts=6, circuits=3, dead_masters=3))
RANKED_FROM = -2.0
"""Nats from which leads enter the ranking; those that are shown to people begin at LEAD_GAIN_MIN."""


@dataclass(frozen=True)
class Run:
    """Of one city: its score, meters, processor seconds of gathering and of diagnosis, peak memory in MB."""

    seed: int
    score: Score
    meters: int
    gather_seconds: float
    diagnose_seconds: float
    peak_mb: int


def gathered(city: City) -> tuple[Hourly, float]:
    """The city's hours, and the processor seconds that gathering took, without the making of the readings."""
    meters = city.network.meters
    rows = np.arange(len(meters.ids), dtype=np.int32)
    making = [0.0]

    def parts() -> Iterator[Part]:
        for day, block in enumerate(timed(blocks(city), making)):
            yield Part(day, rows, block)

    began = time.process_time()
    hours = gather(meters.district, meters.role, len(city.network.districts.ids), city.days, parts())
    return hours, time.process_time() - began - making[0]


def timed(items: Iterator, spent: list[float]) -> Iterator:
    """The items, with the processor time that each took to come added to `spent`."""
    while True:
        began = time.process_time()
        item = next(items, None)
        spent[0] += time.process_time() - began
        if item is None:
            return
        yield item


def run(seed: int, size: tuple[int, int, Injections]) -> Run:
    """Makes a city, diagnoses it and scores that."""
    districts, meters, injections = size
    city = make_city(districts, meters, DAYS, seed, injections)
    hours, gather_seconds = gathered(city)
    began = time.process_time()
    found = diagnose(hours, city.network.meters.phase, city.network.districts, RANKED_FROM)
    seconds = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return Run(seed, score(city, found), len(city.network.meters.ids), gather_seconds, seconds, peak)


def told(hits: Hits) -> str:
    """`28/30, 28 of 29`: found of the true, right of the said."""
    return f"{hits.right}/{hits.true}, {hits.right} of {hits.said}"


def main() -> None:
    """Prints a line for each seed, then the sums."""
    given = [word for word in sys.argv[1:] if not word.startswith("-")]
    quick = "--quick" in sys.argv
    seeds, first = int(given[0]) if given else (2 if quick else 5), int(given[1]) if len(given) > 1 else 1
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    names = [field.name for field in fields(Score)]
    print(" | ".join(["seed", "meters", *(f"{name}: found/true, right of said" for name in names)]))
    runs = []
    for seed in range(first, first + seeds):
        # A process each, so that the peak of memory is of one city.
        with get_context("spawn").Pool(1) as pool:
            one = pool.apply(run, (seed, QUICK if quick else FULL))
        runs.append(one)
        print(
            " | ".join([str(seed), f"{one.meters:,}", *(told(getattr(one.score, name)) for name in names)]), flush=True
        )
    for name in names:
        total = sum((getattr(one.score, name) for one in runs), Hits(0, 0, 0))
        print(f"{name}: recall {total.recall:.3f}, precision {total.precision:.3f}")
    print(f"precision at {TOP}: " + ", ".join(f"{one.score.top.right / TOP:.2f}" for one in runs))
    seconds = [np.mean([getattr(one, name) for one in runs]) for name in ("gather_seconds", "diagnose_seconds")]
    peak = max(one.peak_mb for one in runs)
    print(f"processor seconds a city: gathering {seconds[0]:.1f}, diagnosis {seconds[1]:.1f}; peak memory {peak} MB")


if __name__ == "__main__":
    main()
