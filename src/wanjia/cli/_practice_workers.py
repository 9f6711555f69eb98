"""Simulated cases on every core: each case has chances of its own, so it does not matter which process runs it."""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from numpy.random import default_rng

from wanjia.model.faults import Fault, Refused
from wanjia.model.working_time import UnknownYear, WorkCalendar
from wanjia.practice.chances import Plan
from wanjia.practice.nouns import Practice
from wanjia.practice.simulation import CaseResult, simulate

CHUNK = 100
"""Cases that a process takes at a time, and between two lines of progress."""
ALONE_CASES_MAX = 8 * CHUNK
"""Up to so many cases one process is done before others have started."""


@dataclass(frozen=True)
class Job:
    """What is simulated; the same in every process."""

    practice: Practice
    plan: Plan
    calendar: WorkCalendar
    seed: int


def simulated(job: Job, cases: int) -> Iterator[tuple[CaseResult, ...]]:
    """Results in the order of the cases, a chunk at a time. Raises Refused and UnknownYear."""
    spans = [(first, min(first + CHUNK, cases)) for first in range(0, cases, CHUNK)]
    workers = min(len(spans), os.cpu_count() or 1)
    if cases <= ALONE_CASES_MAX or workers == 1:
        yield from (_chunk(job, span) for span in spans)
        return
    # Fresh processes: a copy of this one could inherit a lock that nobody would give back.
    with ProcessPoolExecutor(workers, get_context("spawn"), _begin, (job,)) as pool:
        for answer in pool.map(_answer, spans):
            if isinstance(answer, int):
                raise UnknownYear(answer)
            if answer and isinstance(answer[0], Fault):
                raise Refused([fault for fault in answer if isinstance(fault, Fault)])
            yield tuple(result for result in answer if isinstance(result, CaseResult))


def _chunk(job: Job, span: tuple[int, int]) -> tuple[CaseResult, ...]:
    # A generator for each case, the same for every variant: they differ by the practice, not by luck.
    chances = (default_rng([job.seed, case]) for case in range(*span))
    return simulate(job.practice, job.plan, chances, job.calendar)


_JOBS: list[Job] = []
"""The one job of a worker process, sent to it once."""


def _begin(job: Job) -> None:
    _JOBS.append(job)


def _answer(span: tuple[int, int]) -> tuple[CaseResult, ...] | tuple[Fault, ...] | int:
    """Results; or the faults, or the year that is not known, as plain values that travel between processes."""
    try:
        return _chunk(_JOBS[0], span)
    except Refused as refused:
        return refused.faults
    except UnknownYear as lack:
        return lack.year
