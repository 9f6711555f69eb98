"""Field work counts once on both stores: sent by many threads at once, and with `kill -9` at three points of it."""

import json
import os
from collections.abc import Iterator

import pytest

from tests.support.stores import Store, filled_store

pytestmark = pytest.mark.heavy
KEY = "sending-key-000001"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A real file or database, because an in-memory store knows no waiting and survives no kill."""
    url = os.environ.get("DATABASE_URL", "")
    with filled_store("postgres" if url else "sqlite", tmp_path_factory.mktemp("field"), url) as made:
        yield made


def ask(store: Store, *what: str) -> object:
    return json.loads(store.python("-m", "tests.support.field_sender", *what))


def test_one_key_sent_by_many_at_once_does_the_task_once(store: Store) -> None:
    number = str(ask(store, "call", "race"))
    said = ask(store, "race", number, f"{KEY}-race")
    assert said == {"first": 1, "repeated": 7}
    assert ask(store, "count", number)["task"] == "done"  # type: ignore[index]


@pytest.mark.parametrize(
    ("killed", "task", "again"),
    [
        ("before", "open", "first"),
        ("inside", "open", "first"),
        ("after", "done", "repeated"),
    ],
)
def test_a_kill_leaves_all_of_it_or_nothing(store: Store, killed: str, task: str, again: str) -> None:
    number, key = str(ask(store, "call", killed)), f"{KEY}-{killed}"
    before = ask(store, "count", number)
    with pytest.raises(RuntimeError):
        ask(store, "send", number, key, killed)
    left = ask(store, "count", number)
    assert left["task"] == task  # type: ignore[index]
    if killed != "after":
        assert left == before
    assert ask(store, "send", number, key) == again
    whole = ask(store, "count", number)
    assert whole["task"] == "done" and whole["sendings"] == before["sendings"] + 1  # type: ignore[index]
