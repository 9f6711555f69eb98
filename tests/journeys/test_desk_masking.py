"""What a list says of a person, and what a spreadsheet must not compute."""

import pytest

from wanjia.queries.cases.masking import mask_fact, mask_name, mask_phone
from wanjia.web.csv_files import csv_response, plain_cell


@pytest.mark.parametrize(
    ("text", "masked"), [("林小满", "林*"), ("欧", "欧*"), ("Jane Doe", "J*"), ("", ""), ("  王五 ", "王*")]
)
def test_a_name_keeps_its_first_sign(text: str, masked: str) -> None:
    assert mask_name(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"), [("13800000012", "138****0012"), ("1234567", "***"), ("", ""), ("05712345678", "057****5678")]
)
def test_a_number_cannot_be_dialled(text: str, masked: str) -> None:
    assert mask_phone(text) == masked


def test_personal_facts_are_hidden_by_their_rule() -> None:
    assert mask_fact({"personal": True}, "126.4") == "***"
    assert mask_fact({"personal": True, "format": "place"}, "海棠村12号") == "海棠村12号"
    assert mask_fact({}, "126.4") == "126.4"
    assert mask_fact({"personal": True, "format": "phone"}, "") == ""


@pytest.mark.parametrize("text", ["=1+1", "+86", "-3", "@cmd", "\tx", "\rx"])
def test_a_cell_is_never_a_formula(text: str) -> None:
    assert plain_cell(text) == f"'{text}"
    assert plain_cell("12=3") == "12=3"
    assert csv_response("x", ["a"], [[text]]).content.startswith("\ufeff".encode())
