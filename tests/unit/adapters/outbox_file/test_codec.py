"""One line a delivery, whatever it says."""

import json
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

import wanjia.adapters.outbox_file
from wanjia.adapters.outbox_file.codec import file_name, line
from wanjia.model.deliveries import Outgoing

FIXTURES = Path(wanjia.adapters.outbox_file.__file__).parent / "fixtures"
AT = datetime(2026, 11, 22, 17, 41, 20, tzinfo=UTC)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


def test_the_fixture() -> None:
    parts = json.loads((FIXTURES / "given.json").read_text(encoding="utf-8"))
    parts["created_at"] = datetime.fromisoformat(parts["created_at"])
    assert line(Outgoing(**parts), "sms", AT) == (FIXTURES / "line.jsonl").read_bytes()
    assert file_name(AT) == "2026-11-22.jsonl"


@given(words, words, words, words)
def test_a_line_is_one_line_and_reads_back(key: str, address: str, subject: str, body: str) -> None:
    made = line(Outgoing(key, address, subject, body, AT), "email", AT)
    assert made.endswith(b"\n") and made.count(b"\n") == 1
    read = json.loads(made)
    assert (read["key"], read["address"], read["subject"], read["body"]) == (key, address, subject, body)
