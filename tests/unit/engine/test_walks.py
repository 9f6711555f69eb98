"""Laws of token moving, on random walks through every sample process."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.processes import GOOD, clock, compiled, definition, extra_of
from tests.support.walks import Walk
from wanjia.engine.nouns import ClockRule
from wanjia.model.working_time import Limit

MOST = 40
DAYS, HOURS = Limit(1, "days"), Limit(5, "hours")
# Deadlines that answer, speak and rise while people act: by sample process.
CLOCKS: dict[str, tuple[ClockRule, ...]] = {
    "parallel": (
        clock("silent", scope="task", start=("opened:survey", "opened:design"), limit=HOURS,
              on_expire=({"complete": {}}, {"notify": "holder"})),
        clock("whole", start=("case_started",), stop=("case_ended",), pause=("returned:approve",),
              resume=("opened:approve",), limit=DAYS, warn=(HOURS,), on_warn=({"notify": "clerk"},),
              on_expire=({"escalate": 1},)),
    ),
    "branches": (
        clock("answer", scope="task", start=("opened:review",), stop=("done:review",), limit=DAYS,
              on_expire=({"message": "unanswered"},)),
        clock("gone", start=("case_started",), limit=Limit(3, "days"), on_expire=({"message": "cancelled"},)),
    ),
    "items_sequential": (
        clock("agree", scope="task", start=("opened:review",), limit=HOURS,
              on_expire=({"complete": {"opinion": "agree"}},)),
    ),
    "messages": (
        clock("nudge", start=("case_started", "done:hurry"), limit=HOURS, on_expire=({"message": "nudge"},)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_random_walk(name: str, data: st.DataObject) -> None:
    extra = extra_of(name)
    Walk(definition(name), data.draw, extra.get("start", {}), payload=extra.get("payload", {})).run(MOST)


@pytest.mark.parametrize("name", sorted(CLOCKS))
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_random_walk_under_deadlines(name: str, data: st.DataObject) -> None:
    extra = extra_of(name)
    timed = compiled(name, CLOCKS[name])
    Walk(timed, data.draw, extra.get("start", {}), payload=extra.get("payload", {})).run(MOST)
