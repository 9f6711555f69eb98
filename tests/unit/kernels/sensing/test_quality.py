"""How good the sensing is on real networks, with a smaller number of the benchmark's scenarios."""

import pytest

from benchmarks.sensing_quality import CONVERTED, DELAY_SECONDS_MAX, PRECISION_MIN, RECALL_MIN, Row, rows
from tests.support.machine import needs
from wanjia.kernels.sensing.scoring import Score

SCENARIOS = range(40)
SAMPLING_SHARE = 0.012
"""Two standard deviations of a share of 0.99 among some 310 outages; the benchmark has 200 scenarios of each."""


@pytest.mark.heavy
@needs("readers")
def test_outages_on_real_networks_are_found_at_their_devices_within_a_minute() -> None:
    found = [row for row in rows([*CONVERTED, "made prefecture"], SCENARIOS) if isinstance(row, Row)]
    assert [row.name for row in found] == [*CONVERTED, "made prefecture"]
    total = sum((row.total for row in found), Score())
    table = "\n".join(str(row) for row in found)
    assert total.true >= 300, table
    assert total.precision >= PRECISION_MIN - SAMPLING_SHARE, table
    assert total.recall >= RECALL_MIN - SAMPLING_SHARE, table
    assert total.planned_alarms == 0, table
    for row in found:
        assert row.total.median_delay is not None
        assert row.total.median_delay <= DELAY_SECONDS_MAX, table
