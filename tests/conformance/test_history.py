"""The history cannot be changed unnoticed."""

import pytest
from django.db import IntegrityError, transaction

from tests.support.world import World
from wanjia.actions.cases.complete_task import complete_task
from wanjia.records.cases.history import broken_links
from wanjia.records.cases.models import HistoryEntry


@pytest.fixture
def subject(world: World) -> str:
    """A case with a dozen entries."""
    case = world.call()
    answered = {"outcome": "answered", "answer_text": "好"}
    complete_task(case.number, world.task(case).key, answered, world.actor("manager"), world.now)
    complete_task(case.number, world.task(case).key, {"confirmation": "solved"}, world.requester(case), world.now)
    assert broken_links(f"case:{case.pk}") == []
    return f"case:{case.pk}"


@pytest.mark.parametrize(
    "change",
    [
        {"verb": "other"},
        {"actor": "person:999999"},
        {"data": {"task": "t9"}},
        {"entry_hash": "0" * 64},
        {"previous_hash": "f" * 64},
        {"sequence": 99},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_entry_shows(subject: str, change: dict[str, object]) -> None:
    HistoryEntry.objects.filter(subject=subject, sequence=2).update(**change)
    assert broken_links(subject)


def test_a_missing_or_inserted_entry_shows(subject: str) -> None:
    last = HistoryEntry.objects.filter(subject=subject).latest("sequence")
    HistoryEntry.objects.filter(subject=subject, sequence=2).delete()
    assert 3 in broken_links(subject)
    last.pk, last.sequence, last.verb = None, last.sequence + 1, "forged"
    last.save()
    assert last.sequence in broken_links(subject)


def test_a_place_in_the_chain_is_taken_once(subject: str) -> None:
    row = HistoryEntry.objects.filter(subject=subject).earliest("sequence")
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
