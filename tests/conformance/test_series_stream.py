"""What a stream of sensing remembers beside Spark: changes once each, and events that come late or ahead of time."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tests.support.towns import made_towns
from wanjia.kernels.sensing.grid import Grid, build_grid
from wanjia.kernels.sensing.nouns import HEARTBEAT, NO_EVENTS, Batch, Change
from wanjia.kernels.sensing.parting import parts_of
from wanjia.kernels.sensing.step import begin_state, sensor_of, step
from wanjia.kernels.sensing.storms import Storm, make_storm
from wanjia.model.faults import Refused
from wanjia.series.spark.changes import Changes
from wanjia.series.spark.part_state import FORM, Kept, OtherForm, Parted, advanced, kept_bytes, kept_of, sensor_for

BEGIN = 1_780_000_000_000


@cache
def grid() -> Grid:
    """Some towns; made when a test asks, for making it compiles."""
    return build_grid(made_towns((2, 3, 3, 8)))


def test_a_batch_that_is_run_again_is_written_once(tmp_path: Path) -> None:
    changes = Changes(tmp_path / "changes.sqlite")
    for _ in range(2):
        changes.write(0, [(1, 10, "a"), (0, 20, "b")], {"late": 2, "unknown": 0})
        changes.write(3, [], {"late": 0, "unknown": 0})
        changes.write(4, [(1, 30, "c")], {"late": 1})
    assert Changes(tmp_path / "changes.sqlite").all() == [(1, "a"), (0, "b"), (1, "c")]
    assert changes.counts() == {"late": 3}


def test_a_batch_that_fails_leaves_nothing(tmp_path: Path) -> None:
    changes = Changes(tmp_path / "changes.sqlite")
    with pytest.raises(TypeError):
        changes.write(0, [(1, 10, "a"), None], {})  # type: ignore[list-item]
    assert changes.all() == []
    changes.write(0, [(1, 10, "a")], {})
    assert changes.all() == [(1, "a")]


def test_a_folder_is_one_networks_and_its_plans_only_grow(tmp_path: Path) -> None:
    changes = Changes(tmp_path / "changes.sqlite")
    changes.claim("one", ["p"])
    changes.claim("one", ["p", "q"])
    for network, plans, code in (("other", ["p", "q"], "stream.other_network"), ("one", ["q"], "stream.plans_changed")):
        with pytest.raises(Refused) as refused:
            changes.claim(network, plans)
        assert [fault.code for fault in refused.value.faults] == [code]
    changes.claim("one", ["p", "q"])


def test_whatever_the_batches_and_however_often_kept_it_senses_the_same() -> None:
    made = make_storm(grid(), Storm(outages=3, stray_share=0.02), 2, BEGIN)
    sensor = sensor_of(grid())
    _, expected = step(sensor, begin_state(grid(), BEGIN), made.batch, made.ends_at)
    rng, kept, found = np.random.default_rng(3), Kept(), []
    cuts = np.sort(rng.integers(0, len(made.batch.slot), 30)).tolist()
    for begin, end in zip([0, *cuts], [*cuts, len(made.batch.slot)], strict=True):
        order = rng.permutation(np.arange(begin, end))
        arrived = Batch(*(column[order] for column in vars(made.batch).values()))
        now = int(made.batch.received[end - 1]) - 1 if end else 0
        kept, changes, late = advanced(sensor, kept_of(kept_bytes(kept)), arrived, now)
        found += changes
        assert late == 0
    kept, changes, _ = advanced(sensor, kept, NO_EVENTS, made.ends_at)
    assert [*found, *changes] == expected != []


def test_what_comes_later_than_promised_counts_as_of_now() -> None:
    sensor = sensor_for(Parted(parts_of(grid()), ()), 0)
    kept, _, _ = advanced(sensor, Kept(), _heartbeat(BEGIN + 50_000), BEGIN + 60_000)
    kept, _, late = advanced(sensor, kept, _heartbeat(BEGIN + 1_000), BEGIN + 60_000)
    assert late == 1 and kept.waiting.received.tolist() == [BEGIN + 60_001]
    kept, _, late = advanced(sensor, kept, NO_EVENTS, BEGIN + 70_000)
    assert late == 0 and not len(kept.waiting.slot)


def _heartbeat(received: int) -> Batch:
    times = np.array([received], np.int64)
    return Batch(np.zeros(1, np.int32), np.full(1, HEARTBEAT, np.int8), times, times)


def test_a_checkpoint_of_another_form_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = kept_bytes(Kept())
    monkeypatch.setattr("wanjia.series.spark.part_state.FORM", FORM + 1)
    with pytest.raises(OtherForm):
        kept_of(data)


def test_changes_come_back_from_their_text() -> None:
    sensing = pytest.importorskip("wanjia.series.spark.sensing")
    made = make_storm(grid(), Storm(outages=2), 2, BEGIN)
    _, changes = step(sensor_of(grid()), begin_state(grid(), BEGIN), made.batch, made.ends_at)
    texts = [sensing.change_text(change) for change in changes]
    back: list[Change] = [sensing.change_of(text) for text in texts]
    assert back == changes != [] and all(json.loads(text) for text in texts)
