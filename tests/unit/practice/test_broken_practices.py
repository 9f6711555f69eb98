"""Broken folders and what is said about each: word for word, all faults at once, in both languages."""

from pathlib import Path

import pytest

from tests.support.practices import CALENDAR, files_in
from wanjia.model.capabilities import SIGNATURES
from wanjia.model.faults import Fault
from wanjia.practice.checker import check
from wanjia.texts import fault_sentence

CASES = Path(__file__).parents[2] / "cases" / "broken_practices"
DIFFERENT_MIN = 30


def faults_of(case: str) -> tuple[Fault, ...]:
    return check(files_in(CASES / case / "meter_test"), SIGNATURES, CALENDAR, "meter_test")


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir() if path.is_dir()))
def test_broken_practice(case: str) -> None:
    faults = faults_of(case)
    expected = (CASES / case / "expected.txt").read_text(encoding="utf-8").splitlines()
    assert [fault_sentence(fault, "en") for fault in faults] == expected
    for fault in faults:
        chinese = fault_sentence(fault, "zh-Hans")
        assert fault.code not in chinese
        assert "{" not in chinese.replace(str(fault.values), "") or "{" in str(fault.values)


def test_enough_different_faults() -> None:
    said = {line.partition(": ")[2] for path in CASES.glob("*/expected.txt") for line in path.read_text().splitlines()}
    assert len(said) > 100
    codes = {fault.code for path in CASES.iterdir() if path.is_dir() for fault in faults_of(path.name)}
    assert len(codes) >= DIFFERENT_MIN
