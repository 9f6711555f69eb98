"""The document that a gateway gets."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wanjia.adapters.sms_gateway
from wanjia.adapters.sms_gateway.codec import TEXT_CHARACTERS_MAX, request
from wanjia.model.deliveries import NotSent, Outgoing, Retry

FIXTURES = Path(wanjia.adapters.sms_gateway.__file__).parent / "fixtures"
AT = datetime(2026, 11, 22, 9, 41, 16, tzinfo=UTC)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=900)


def test_the_fixture() -> None:
    parts = json.loads((FIXTURES / "given.json").read_text(encoding="utf-8"))
    parts["created_at"] = datetime.fromisoformat(parts["created_at"])
    made = request(Outgoing(**parts), "临江供电")
    assert isinstance(made, bytes) and made + b"\n" == (FIXTURES / "request.json").read_bytes()


@given(words, st.sampled_from(["", "临江供电"]))
def test_any_text_becomes_one_document_of_bounded_length(body: str, signature: str) -> None:
    made = request(Outgoing("k", "13800000012", "", body, AT), signature)
    assert isinstance(made, bytes)
    document = json.loads(made)
    assert list(document) == ["key", "to", "text"] and len(document["text"]) <= TEXT_CHARACTERS_MAX
    assert all(line.isprintable() for line in document["text"].split("\n"))
    assert document["text"].startswith(f"【{signature}】" if signature else "")


@pytest.mark.parametrize("number", ["", "110", "1380000001a", "13800000012,13800000013", "+86\n13800000012x", "1" * 16])
def test_what_is_no_telephone_number_is_refused_for_good(number: str) -> None:
    made = request(Outgoing("k", number, "", "x", AT), "")
    assert isinstance(made, NotSent) and (made.fault.code, made.retry) == ("delivery.address", Retry.NEVER)


@pytest.mark.parametrize(
    ("number", "to"),
    [("13800000012", "13800000012"), ("+86 138-0000-0012", "+8613800000012"), ("(010) 95598", "01095598")],
)
def test_marks_between_digits_are_left_out(number: str, to: str) -> None:
    made = request(Outgoing("k", number, "", "x", AT), "")
    assert isinstance(made, bytes) and json.loads(made)["to"] == to
