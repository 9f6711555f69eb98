"""Laws of token moving, on random walks through every sample process."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.processes import GOOD, definition, extra_of
from tests.support.walks import Walk

MOST = 40


@pytest.mark.parametrize("name", GOOD)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_random_walk(name: str, data: st.DataObject) -> None:
    extra = extra_of(name)
    Walk(definition(name), data.draw, extra.get("start", {}), payload=extra.get("payload", {})).run(MOST)
