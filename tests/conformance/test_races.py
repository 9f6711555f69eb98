"""Who comes first wins, once: threads against a store of their own, on the store of this run."""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.stores import Store, filled_store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A real file or database, because an in-memory store knows no waiting."""
    url = os.environ.get("DATABASE_URL", "")
    with filled_store("postgres" if url else "sqlite", tmp_path_factory.mktemp("races"), url) as made:
        yield made


def race(store: Store, name: str) -> dict[str, object]:
    return json.loads(store.python("-m", "tests.support.racing", name))


def test_of_many_who_complete_a_task_one_wins(store: Store) -> None:
    result = race(store, "complete")
    assert result == {"said": {"won": 1, "task.not_open": 7}, "done": 1, "broken": []}


@pytest.mark.heavy
def test_one_key_sent_many_times_at_once_opens_one_case(store: Store) -> None:
    before = json.loads(store.python("-c", COUNT))
    result = race(store, "open")
    own, same = result["said"].pop("own"), result["said"]
    assert own == 8 and list(same.values()) == [8], "every sender of the same key got the same number"
    assert result["cases"] - before == 9 and result["numbers"] == result["cases"]


@pytest.mark.heavy
def test_workers_share_what_is_due_and_nothing_happens_twice(store: Store) -> None:
    result = race(store, "clocks")
    assert result["events"] == 60 * 6 and result["once"] and result["broken"] == []
    assert result["advanced"] >= 60


@pytest.mark.heavy
def test_tasks_change_hands_while_their_cases_move(store: Store) -> None:
    result = race(store, "hand_over")
    assert result["said"] == {"done": 6} and result["broken"] == []
    assert (result["written"], result["holders"]) == (36, 1)


@pytest.mark.heavy
def test_processes_count_a_visitors_tries_together(store: Store) -> None:
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda _: race(store, "tries"), range(2)))
    assert sum(int(result["admitted"]) for result in results) == 50  # type: ignore[call-overload]


COUNT = """
from tests.support.stores import set_up
set_up()
from wanjia.records.cases.models import Case
print(Case.objects.count())
"""
