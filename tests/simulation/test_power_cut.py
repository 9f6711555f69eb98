"""A power cut right after the answer: what was acknowledged is still there, because it had been synced.

`kill -9` cannot show this, since the operating system keeps what a killed process wrote. The second test shows that the
first one can fail: with `synchronous=NORMAL` it finds the loss.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import power_cut
from tests.support.stores import Store, filled_store

pytestmark = pytest.mark.skipif(
    power_cut.library() is None, reason="needs a Python that uses SQLite as a shared library"
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with filled_store("sqlite", tmp_path / "home") as made:
        yield made


@pytest.mark.heavy
def test_every_acknowledged_request_survives_a_power_cut(store: Store) -> None:
    result = json.loads(store.python("-m", "tests.support.power_cut"))
    assert result["lost"] == [] and result["accepted"] == power_cut.CASES
    assert result["syncs"] >= power_cut.CASES


def test_without_a_sync_per_commit_the_loss_is_found(store: Store) -> None:
    result = json.loads(store.python("-m", "tests.support.power_cut", "NORMAL"))
    assert len(result["lost"]) > power_cut.CASES // 2


def test_the_picture_holds_no_more_than_was_synced(tmp_path: Path) -> None:
    assert power_cut.Watch().picture(tmp_path / "none.sqlite3", tmp_path).exists() is False
