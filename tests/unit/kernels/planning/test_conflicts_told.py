"""What is told of a work list without a plan: every sort of demand named, in both languages."""

from dataclasses import replace

import pytest

from tests.support.work_lists import GENERATOR, OUTAGE, at, on, work, work_list
from wanjia.kernels.planning.plans.barring import lift
from wanjia.kernels.planning.plans.conflicts import Explained, explain
from wanjia.kernels.planning.works.compiling import compile_works
from wanjia.model.faults import Fault
from wanjia.model.works import (
    Blackout,
    DoubleSource,
    Exclusion,
    Mode,
    Precedence,
    ServedDistrict,
    WorkList,
)
from wanjia.texts import fault_sentence, table

DAY_LONG = Mode("outage", 8.0, dark=("D1", "D2"))
ELSEWHERE = Mode("outage", 8.0, dark=("D5",))


def explained(listed: WorkList) -> Explained:
    """With twenty seconds at most."""
    return explain(listed, 20.0, lambda: 0.0)


def codes(found: Explained) -> list[str]:
    return [fault.code.removeprefix("planning.conflict_") for fault in found.told]


EXAM = Blackout("exam", "exam", ("D1",), at(0, 0), at(5, 0), "high-school entrance")
CASES: dict[str, WorkList] = {
    "latest crews": work_list(
        *(work(f"W{number}", DAY_LONG, latest_on=on(0)) for number in range(3)),
    ),
    "latest crews notice": work_list(
        *(work(f"W{number}", DAY_LONG, latest_on=on(1)) for number in range(3)), drafted_on=on(-6)
    ),
    "work blackout": work_list(work("W", DAY_LONG), blackouts=(EXAM,)),
    "work earliest blackout": work_list(
        work("W", DAY_LONG, earliest_on=on(3)), blackouts=(replace(EXAM, from_at=at(3, 0)),)
    ),
    "latest means": work_list(
        *(work(f"W{number}", replace(GENERATOR, hours=8), latest_on=on(0)) for number in range(2)),
    ),
    "latest exclusion": work_list(
        *(work(f"W{number}", DAY_LONG, latest_on=on(0)) for number in range(2)), exclusions=(Exclusion("W0", "W1"),)
    ),
    "latest work precedence": work_list(
        work("W0", DAY_LONG), work("W1", DAY_LONG, latest_on=on(0)), precedences=(Precedence("W0", "W1"),)
    ),
    "latest work earliest repeat": work_list(
        work("W0", DAY_LONG, latest_on=on(0)), work("W1", DAY_LONG, earliest_on=on(1)), repeat_limit=1
    ),
    "work exhausted": work_list(
        work("W", DAY_LONG),
        districts=tuple(ServedDistrict(f"D{n}", 1, dark_days_before=int(n == 2)) for n in range(1, 7)),
        repeat_limit=1,
    ),
    "latest double_source": work_list(
        work("W0", replace(DAY_LONG, dark=("D1",)), latest_on=on(0)),
        work("W1", ELSEWHERE, latest_on=on(0)),
        double_sources=(DoubleSource("hospital", (("D1",), ("D5",))),),
    ),
}


@pytest.mark.parametrize("lines", CASES)
def test_every_sort_of_demand_is_named_and_nothing_else(lines: str) -> None:
    found = explained(CASES[lines])
    assert codes(found) == ["smallest", *lines.split()]
    assert found.is_smallest
    for fault in found.told:
        for language in ("zh-Hans", "en"):
            assert fault.code in table(language)
            assert "{" not in fault_sentence(fault, language)


@pytest.mark.parametrize("lines", CASES)
def test_without_one_of_its_works_a_list_fits(lines: str) -> None:
    listed = CASES[lines]
    for number in range(len(listed.works) if len(listed.works) > 1 else 0):
        rest = tuple(one for at_, one in enumerate(listed.works) if at_ != number)
        assert explained(replace(listed, works=rest, exclusions=(), precedences=())).answer == "fits"


def test_the_sentence_names_works_day_and_how_many_crews_there_are() -> None:
    crew = work_list().crews[:1]
    listed = work_list(work("A", DAY_LONG, latest_on=on(0)), work("B", ELSEWHERE, latest_on=on(0)), crews=crew)
    found = explained(listed)
    assert found.works == ("A", "B")
    assert [fault_sentence(fault) for fault in found.told[1:]] == [
        "工作 A, B 都须在 2026-03-02 前（含当日）完成。可推迟其中一项的期限。",
        "班组“line”（north）在 2026-03-02 每日只有 1 组。可增派班组，或请邻站支援。",
    ]


def test_a_day_on_which_all_crews_are_off_is_named_as_a_lack_of_crews() -> None:
    crews = tuple(replace(crew, days_off=(on(0),)) for crew in work_list().crews)
    found = explained(work_list(work("A", OUTAGE, latest_on=on(0)), crews=crews))
    assert codes(found) == ["smallest", "latest", "crews"]
    assert found.told[2].values["most"] == 0


def test_a_list_that_fits_is_said_to_fit_and_a_faulty_one_tells_its_faults() -> None:
    assert explained(work_list(work("A", OUTAGE))) == Explained("fits")
    faulty = work_list(work("A", OUTAGE), work("A", OUTAGE))
    found = explained(faulty)
    assert (found.answer, found.told) == ("faults", compile_works(faulty).faults)
    assert isinstance(found.told[0], Fault)


def test_what_bars_options_lifted_together_leaves_those_of_the_list() -> None:
    """Lifting and barring again is compiling: the options left are the same."""
    for listed in (
        *CASES.values(),
        work_list(work("A", OUTAGE, GENERATOR), blackouts=(replace(EXAM, until_at=at(2, 9)),)),
    ):
        lifted = lift(listed)
        assert lifted.compiled is not None
        made, problem = compile_works(listed), lifted.compiled.problem
        free = ~lifted.barred()
        over = problem.use_amount > problem.most[problem.use_cell]
        for option in range(problem.options):
            free[option] &= not over[problem.use_begin[option] : problem.use_begin[option + 1]].any()
        if made.compiled is None:
            assert not free.all()
            continue
        left = sorted(zip(problem.start[free].tolist(), problem.mode[free].tolist(), strict=True))
        kept = made.compiled.problem
        assert left == sorted(zip(kept.start.tolist(), kept.mode.tolist(), strict=True))
