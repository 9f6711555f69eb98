"""Simulated cases come out the same whoever runs them, and what is wrong with them is heard from every process."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.support.practices import CALENDAR, files_in
from wanjia.cli import _practice_workers as workers
from wanjia.cli._practice_workers import Job, simulated
from wanjia.model.faults import Refused
from wanjia.model.working_time import UnknownYear
from wanjia.practice.chances import read_plan
from wanjia.practice.reader import read

ROOT = Path(__file__).parents[3]
DURATIONS = ROOT / "docs/how-to/simulate-a-practice/durations.yaml"
CASES = 8


@pytest.fixture(scope="module")
def job() -> Job:
    practice = read(files_in(ROOT / "practices/one_window_review")).practice
    assert practice is not None
    plan, faults = read_plan(DURATIONS.name, DURATIONS.read_bytes(), practice)
    assert plan is not None, faults
    return Job(practice, plan, CALENDAR, seed=7)


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if eight cases were a lot, and there were two cores."""
    monkeypatch.setattr(workers, "CHUNK", 4)
    monkeypatch.setattr(workers, "ALONE_CASES_MAX", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)


def test_two_processes_give_what_one_gives(job: Job, many: None, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = [result for chunk in simulated(job, CASES) for result in chunk]
    monkeypatch.setattr(workers, "ALONE_CASES_MAX", CASES)
    alone = [result for chunk in simulated(job, CASES) for result in chunk]
    assert shared == alone and len(alone) == CASES
    assert len({result.days for result in alone}) > 1, "every case has chances of its own"


def test_refusals_and_unknown_years_come_back_from_other_processes(job: Job, many: None) -> None:
    without_world = replace(job, plan=replace(job.plan, world={}))
    plan = replace(job.plan, first_on=date(2031, 3, 3), last_on=date(2031, 3, 4))
    with pytest.raises((Refused, UnknownYear)) as refused:
        list(simulated(replace(without_world, plan=plan), CASES))
    assert isinstance(refused.value, UnknownYear) and refused.value.year == 2031
    lacking = {name: spread for name, spread in job.plan.steps.items() if name != "accept"}
    start = tuple(replace(choice, answers={**choice.answers, "no_such_fact": 1}) for choice in job.plan.start)
    with pytest.raises(Refused) as unknown:
        list(simulated(replace(job, plan=replace(job.plan, start=start, steps=lacking)), CASES))
    assert unknown.value.faults[0].code == "engine.unknown_fact"
