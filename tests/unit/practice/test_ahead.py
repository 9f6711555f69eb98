"""Which forms somebody takes along before the step before them is done."""

from pathlib import Path

import pytest

from wanjia.practice.ahead import STEPS_AHEAD_MAX, steps_ahead
from wanjia.practice.nouns import Practice
from wanjia.practice.reader import read

PRACTICES = Path(__file__).resolve().parents[3] / "practices"


def practice(name: str) -> Practice:
    folder = PRACTICES / name
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    found = read(files).practice
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "step", "ahead"),
    [
        ("behind_meter_repair", "accept", ("arrive", "repair", "pay")),
        ("behind_meter_repair", "arrive", ("repair", "pay")),
        ("behind_meter_repair", "pay", ()),
        ("contact_card", "answer", ("visit",)),
        ("contact_card", "confirm", ()),
    ],
)
def test_steps_of_the_same_hands_follow_until_somebody_else_works(name: str, step: str, ahead: tuple[str, ...]) -> None:
    assert steps_ahead(practice(name), step) == ahead


def test_what_is_foreseen_is_a_form_of_the_same_role_and_never_too_much() -> None:
    for folder in sorted(path for path in PRACTICES.iterdir() if (path / "practice.yaml").exists()):
        one = practice(folder.name)
        for rule in one.definition.steps.values():
            if rule.kind != "user":
                continue
            found = steps_ahead(one, rule.id)
            assert len(found) <= STEPS_AHEAD_MAX and rule.id not in found
            assert all(one.definition.steps[step].role == rule.role and step in one.forms for step in found)
