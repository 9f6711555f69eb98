"""Two indicators out of the readings: a chief sees them, opens them down to districts and days, and to the district."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.support.measured import Measured, measured, own_store, wide_batch
from tests.support.world import World
from wanjia.actions.network.collected import collected
from wanjia.actions.network.compute_day import compute_day
from wanjia.actions.network.ingest_readings import ingest_readings
from wanjia.kernels.balance.made.nouns import Injections
from wanjia.model.actors import SYSTEM
from wanjia.queries.standing.figure_cases import Scope
from wanjia.queries.standing.measured_figures import measured_figures, measured_values

pytestmark = pytest.mark.django_db
FIRST = date(2026, 6, 1)
PERIOD = "?from=2026-06-01&to=2026-06-30"


@pytest.fixture
def computed(world: World, tmp_path: Path) -> Iterator[Measured]:
    """Two days of eight districts, with gaps in one."""
    with own_store(tmp_path / "series") as store:
        found = measured(store, FIRST, 2, Injections(gaps=1, dead_masters=1))
        for number in range(2):
            batch = wide_batch(found.network, found.block(number), found.day(number))
            ingest_readings([batch], "head-end", world.actor("admin"), world.now)
            meters = collected(found.network, found.day(number))
            compute_day(found.day(number), meters, store, SYSTEM, world.now, with_findings=False)
        yield found


def test_figures_are_their_rows(world: World, computed: Measured) -> None:
    scope = Scope(FIRST, date(2026, 6, 30))
    quality, compliance = measured_figures(world.actor("company"), scope, "en")
    assert len(quality.rows) == len(compliance.rows) == 16
    present = sum(row.part for row in quality.rows) / sum(row.whole for row in quality.rows)
    assert quality.value == pytest.approx(100 * present) and 95 < quality.value < 100
    assert compliance.value == pytest.approx(100 * sum(row.band in ("economic", "normal") for row in quality.rows) / 16)
    assert {place: count for place, _, count in compliance.by_place} == {"station-1": 8, "station-2": 8}
    for one, short in zip((quality, compliance), measured_values(world.actor("company"), scope, "en"), strict=True):
        assert (one.id, one.count, short.count) == (short.id, len(one.rows), one.count)
        assert short.value == pytest.approx(one.value) and short.rows == ()
    mine = measured_figures(world.actor("manager"), scope, "en")
    assert {row.district for row in mine[0].rows} == {"T-C111"}
    assert measured_figures(world.actor("clerk"), scope, "en") == ()


def test_a_chief_opens_the_figure_down_to_the_district(world: World, computed: Measured) -> None:
    client = world.client("chief")
    page = client.get(f"/desk/indicators/{PERIOD}").content.decode()
    assert "采集质量" in page and "同期线损达标率" in page
    rows = client.get(f"/desk/indicators/measured/loss_compliance/{PERIOD}").content.decode()
    assert "T-C111" in rows and "2026-06-02" in rows and "T-C211" not in rows
    csv = client.get(f"/desk/indicators/measured/collection_quality/{PERIOD}&export=csv")
    assert csv.content.decode("utf-8-sig").count("T-C1") == 8
    assert client.get(f"/desk/indicators/measured/other/{PERIOD}").status_code == 404
