"""Units that have no word: found in facts and indicators, told with a remedy, in both languages."""

from pathlib import Path

import pytest

from tests.support.practices import files_in
from wanjia.practice.checks.units import unit_faults
from wanjia.texts import LANGUAGES, fault_sentence, table

PRACTICES = Path(__file__).parents[3] / "practices"
NAMES = sorted(path.parent.name for path in PRACTICES.glob("*/practice.yaml"))


def words(language: str) -> list[str]:
    return [key.removeprefix("unit.") for key in table(language) if key.startswith("unit.")]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_every_unit_that_ships_has_a_word(name: str, language: str) -> None:
    assert unit_faults(files_in(PRACTICES / name), words(language)) == ()


def test_a_unit_without_a_word_is_a_fault_with_its_line() -> None:
    files = files_in(PRACTICES / "finding_rectification")
    text = files["indicators.yaml"].decode()
    assert "unit: '%'" in text
    files["indicators.yaml"] = text.replace("unit: '%'", "unit: furlongs", 1).encode()
    (fault,) = unit_faults(files, words("en"))
    line = text.split("unit: '%'")[0].count("\n") + 1
    assert fault.code == "practice.unit_unknown" and (fault.where.file, fault.where.line) == ("indicators.yaml", line)
    assert all("furlongs" in fault_sentence(fault, language) for language in LANGUAGES)
    files["indicators.yaml"] = text.replace("unit: '%'", "unit: percents", 1).encode()
    assert [one.code for one in unit_faults(files, words("en"))] == ["practice.unit_unknown_near"]
