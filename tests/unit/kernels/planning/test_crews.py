"""Crews and trucks for every placed work: nobody in two places, nobody missing, hours evened out."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.work_lists import GENERATOR, OUTAGE, at, choice, compiled, on, work, work_list
from wanjia.kernels.planning.plans.crews import Job, Pool, assign, with_crews
from wanjia.kernels.planning.plans.placing import placed
from wanjia.model.works import Means

DAY = 8
NAMES = ("a", "b", "c", "d")


@st.composite
def loads(draw: st.DrawFn) -> tuple[tuple[Job, ...], Pool]:
    """Jobs of three days, as many as a pool with members away now and then can just do."""
    off = tuple(frozenset(draw(st.sets(st.integers(0, 2), max_size=1))) for _ in NAMES)
    pool = Pool(NAMES, off, DAY)
    used = [0] * 3 * DAY
    jobs = []
    for number in range(draw(st.integers(0, 25))):
        day, begin = draw(st.integers(0, 2)), draw(st.integers(0, DAY - 1))
        job = Job(
            f"j{number}", 0, day * DAY + begin, day * DAY + draw(st.integers(begin + 1, DAY)), draw(st.integers(1, 2))
        )
        if max(used[job.begin : job.end]) + job.count <= len(pool.names_on(job.begin)):
            jobs.append(job)
            used[job.begin : job.end] = [each + job.count for each in used[job.begin : job.end]]
    return tuple(jobs), pool


@settings(max_examples=80, deadline=None)
@given(loads())
def test_whatever_fits_the_pool_is_done_and_nobody_is_in_two_places(made: tuple[tuple[Job, ...], Pool]) -> None:
    jobs, pool = made
    found = assign(jobs, [pool])
    for job in jobs:
        members = [one.member for one in found if one.job == job]
        assert len(set(members)) == len(members) == job.count
        assert set(members) <= set(pool.names_on(job.begin))
    for slot in range(3 * DAY):
        away = [one.member for one in found if one.job.begin <= slot < one.job.end]
        assert len(set(away)) == len(away)
    assert found == assign(reversed(jobs), [pool])


def test_equal_jobs_are_shared_out_evenly() -> None:
    jobs = [Job(f"j{number}", 0, number * DAY, number * DAY + 4) for number in range(8)]
    found = assign(jobs, [Pool(NAMES, (frozenset(),) * 4, DAY)])
    assert [one.member for one in found] == [*NAMES, *NAMES]


def test_the_way_there_and_back_keeps_a_crew_from_the_next_work() -> None:
    far = work("far", OUTAGE, longitude=120.3)
    made = compiled(work_list(far, work("near", OUTAGE), work("late", OUTAGE)))
    picked = choice(made, at(0, 10), at(0, 12), at(0, 14))
    found = with_crews(made, picked, placed(made, picked))
    assert [one.crews for one in found] == [("crew 1",), ("crew 2",), ("crew 2",)]


def test_a_crew_on_its_day_off_is_not_sent_and_trucks_are_numbered() -> None:
    listed = work_list(work("one", GENERATOR), work("other", GENERATOR))
    first, second = listed.crews
    trucks = replace(listed.means[0], count=2)
    made = compiled(replace(listed, crews=(replace(first, days_off=(on(1),)), second), means=(trucks,)))
    picked = choice(made, at(1, 8), at(1, 12))
    found = with_crews(made, picked, placed(made, picked))
    assert [one.crews for one in found] == [("crew 2", "truck A #1"), ("crew 2", "truck A #2")]


def test_a_day_with_fewer_trucks_lacks_the_last_ones() -> None:
    means = Means("truck A", "truck", "north", 120.0, 30.0, count_by_day=(2, 1, 2, 2, 2))
    made = compiled(work_list(work("one", GENERATOR), work("other", GENERATOR), means=(means,)))
    picked = choice(made, at(1, 8), at(1, 12))
    found = with_crews(made, picked, placed(made, picked))
    assert [one.crews[1] for one in found] == ["truck A #1", "truck A #1"]
