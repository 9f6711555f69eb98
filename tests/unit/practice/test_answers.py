"""Answers against forms: each rule shown holding and broken, labels in both languages, hidden fields."""

import pytest

from tests.support.practices import small_practice
from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.answers import in_language, initial_facts, shown_fields, validate_answers
from wanjia.practice.formats import FORMATS
from wanjia.practice.nouns import Practice
from wanjia.practice.reader import read
from wanjia.texts import fault_sentence


def changed(**edits: tuple[str, str]) -> Practice:
    """The small practice with one replacement in each of some files; keys are paths with `__` for `/`, `_DOT_`."""
    files = small_practice()
    for key, (old, new) in edits.items():
        path = key.replace("__", "/").replace("_dot_", ".")
        text = files[path].decode()
        assert old in text
        files[path] = text.replace(old, new, 1).encode()
    reading = read(files)
    assert reading.practice is not None, reading.faults
    return reading.practice


SMALL = changed()
GOOD: Facts = {
    "kind": "repair",
    "need": "灯不亮",
    "place": {"longitude": 118.6, "latitude": 24.9, "address": "和平里"},
    "contact_name": "林晓",
    "contact_phone": "138 0000 0000",
}


def codes(answers: Facts, step: str = "start", practice: Practice = SMALL) -> list[tuple[str, str]]:
    return [(fault.where.column, fault.code) for fault in validate_answers(practice, step, answers, {})]


def test_good_answers_have_no_faults() -> None:
    assert codes(GOOD) == []


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("kind", "repairs", "form.not_a_choice"),
        ("kind", "", "form.missing"),
        ("need", "x", "form.too_short"),
        ("need", "x" * 501, "form.too_long"),
        ("need", 5, "form.wrong_type"),
        ("place", {"longitude": 181, "latitude": 1}, "form.not_a_place"),
        ("place", {"address": " "}, "form.not_a_place"),
        ("photos", [f"p{n}" for n in range(7)], "form.too_many"),
        ("photos", [{"name": "no id"}], "form.not_papers"),
        ("contact_name", "0123", "form.not_a_name"),
        ("contact_phone", "12", "form.not_a_phone"),
        ("surprise", 1, "form.unknown_field"),
    ],
)
def test_one_wrong_answer(field: str, value: Json, code: str) -> None:
    assert codes({**GOOD, field: value}) == [(field, code)]


def test_all_faults_at_once_in_the_fields_own_words() -> None:
    faults = validate_answers(SMALL, "start", {"kind": "x", "contact_phone": "1"}, {})
    assert {fault.where.column for fault in faults} == {"kind", "need", "place", "contact_name", "contact_phone"}
    english = {fault_sentence(fault, "en") for fault in in_language(SMALL, faults, "en")}
    assert "need: What is needed: please fill this in" in english
    assert "need: 请填写“需求说明”" in {fault_sentence(fault, "zh-Hans") for fault in faults}


def test_hidden_fields_are_neither_needed_nor_allowed() -> None:
    practice = changed(
        forms__handle_dot_ui_dot_json=('"order"', '"show_if": {"answer": "outcome = \\"declined\\""},\n  "order"')
    )
    assert codes({"outcome": "done"}, "handle", practice) == []
    assert codes({"outcome": "declined"}, "handle", practice) == [("answer", "form.missing")]
    assert codes({"outcome": "done", "answer": "well"}, "handle", practice) == [("answer", "form.hidden_field")]
    assert shown_fields(practice, "handle", {}, {"outcome": "done"}) == ("outcome",)
    assert shown_fields(practice, "handle", {}, {"outcome": "declined"}) == ("outcome", "answer")


def test_a_person_is_one_of_those_on_offer() -> None:
    practice = changed(
        practice_dot_yaml=(
            "  stars:",
            "  helper: {type: string, format: person}\n  helpers: {type: array, format: offers}\n  stars:",
        ),
        forms__confirm_dot_schema_dot_json=(
            '"properties": {',
            '"properties": {\n "helper": {"$ref": "facts#/helper"},',
        ),
        forms__handle_dot_ui_dot_json=('"shows": [', '"shows": ["helpers",'),
    )
    offers: Facts = {"helpers": [{"id": "person:7", "name": "a"}]}
    chosen = {
        who: validate_answers(practice, "confirm", {"stars": 5, "helper": who}, offers)
        for who in ("person:7", "person:8")
    }
    assert chosen["person:7"] == ()
    assert [fault.code for fault in chosen["person:8"]] == ["form.not_offered"]
    assert not validate_answers(practice, "confirm", {"stars": 5, "helper": "person:8"}, {})


def test_a_step_without_form_takes_no_answers() -> None:
    assert validate_answers(SMALL, "elsewhere", {}, {}) == ()
    assert [fault.code for fault in validate_answers(SMALL, "elsewhere", {"a": 1}, {})] == ["form.no_form"]


def test_a_case_starts_with_the_defaults() -> None:
    assert initial_facts(SMALL, {"need": "x"}) == {"by_silence": False, "need": "x"}


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("phone", ["13800000000", "+86 138-0000-0000", "0595-22345678", "(0595)2234567", "95598", "4008001234"],
         ["23800000000", "1380000000", "0595", "abc", 13800000000, ""]),
        ("place", [{"longitude": -180, "latitude": 90}, {"address": "x"}],
         [{"longitude": 1}, "x", {"longitude": True, "latitude": 1}]),
        ("date", ["2024-02-29"], ["2023-02-29", "20240229", "2024-02-29T00:00:00Z", 5]),
        ("date-time", ["2024-02-29T08:00:00+08:00", "2024-02-29T08:00:00Z"], ["2024-02-29T08:00:00", "x"]),
        ("stars", [1, 5], [0, 6, True, "5"]),
        ("person_name", ["林晓", "O'Neil-Smith"], ["", "  ", "R2D2", "x" * 61]),
        ("papers", [[], ["p1"], [{"id": "p1", "name": "x"}]], ["p1", [5], [{"id": ""}]]),
        ("offers", [[{"id": "a"}]], [["a"], [{}]]),
        ("email", ["a@b.cn"], ["a@b", "a b@c.cn"]),
        ("customer_number", ["3501234567"], ["12", "12 34567"]),
        ("person", ["person:1"], ["", "a b", 5]),
    ],
)  # fmt: skip
def test_formats(name: str, good: list[Json], bad: list[Json]) -> None:
    assert [value for value in good if not FORMATS[name].holds(value)] == []
    assert [value for value in bad if FORMATS[name].holds(value)] == []
