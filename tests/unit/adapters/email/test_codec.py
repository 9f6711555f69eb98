"""A message holds what was given and nothing else, whatever was given."""

import email
import email.policy
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wanjia.adapters.email
from wanjia.adapters.email.codec import MailServer, message, message_id, refusal, server, valid
from wanjia.model.deliveries import NotSent, Outgoing, Retry
from wanjia.model.faults import Refused

FIXTURES = Path(wanjia.adapters.email.__file__).parent / "fixtures"
SENDER = "notice@supply.example"
AT = datetime(2026, 11, 22, 9, 41, 16, tzinfo=UTC)
HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type",
           "Content-Transfer-Encoding", "MIME-Version"]  # fmt: skip


def outgoing(**parts: str) -> Outgoing:
    given = {"key": "k", "address": "lin@example.com", "subject": "停电通知", "body": "预计18:30恢复供电。", **parts}
    return Outgoing(created_at=AT, **given)


def test_the_fixture() -> None:
    parts = json.loads((FIXTURES / "given.json").read_text(encoding="utf-8"))
    parts["created_at"] = datetime.fromisoformat(parts["created_at"])
    made = message(Outgoing(**parts), SENDER)
    assert isinstance(made, bytes) and made.replace(b"\r\n", b"\n") == (FIXTURES / "message.eml").read_bytes()


@given(st.text(max_size=300), st.text(max_size=400), st.text(min_size=1, max_size=60))
def test_no_words_become_headers(subject: str, body: str, key: str) -> None:
    made = message(outgoing(subject=subject, body=body, key=key), SENDER)
    assert isinstance(made, bytes) and made.isascii()
    assert b"\n" not in made.replace(b"\r\n", b"") and b"\r" not in made.replace(b"\r\n", b"")
    read = email.message_from_bytes(made, policy=email.policy.default)
    assert read.keys() == HEADERS and not read.is_multipart()
    assert read["To"] == "lin@example.com" and read["Message-ID"] == message_id(key, SENDER)
    assert read.get_content().split() == body.encode("utf-8", "replace").decode().split() or max(body) >= "\ud800"


@pytest.mark.parametrize("inserted", ["\r\nBcc: x@example.com", "\nSubject: other", "\r", "\x00", "\u2028Bcc: x"])
def test_a_line_end_in_the_subject_stays_words(inserted: str) -> None:
    made = message(outgoing(subject=f"停电{inserted}"), SENDER)
    assert isinstance(made, bytes)
    read = email.message_from_bytes(made, policy=email.policy.default)
    assert read.keys() == HEADERS and read["Bcc"] is None and read["To"] == "lin@example.com"


@pytest.mark.parametrize(
    "address",
    ["", "lin", "lin@", "@example.com", "lin@example", "a b@example.com", "lin@example.com\r\nBcc: x@y.zz",
     "lin@example.com>, <x@y.zz", "Lin <lin@example.com>", "林@example.com", "lin@例子.com", "lin@exa_mple.com",
     ".lin@example.com", "lin..a@example.com", f"{'a' * 250}@b.cc", "lin@example.com, x@example.com", '"a b"@e.com'],
)  # fmt: skip
def test_what_is_no_plain_address_is_refused_for_good(address: str) -> None:
    assert not valid(address)
    made = message(outgoing(address=address), SENDER)
    assert isinstance(made, NotSent) and (made.fault.code, made.retry) == ("delivery.address", Retry.NEVER)


@pytest.mark.parametrize("address", ["lin@example.com", "a.b+c_d@mail.example.co", "x@xn--fsqu00a.xn--0zwm56d"])
def test_plain_addresses_are_taken(address: str) -> None:
    assert valid(address) and isinstance(message(outgoing(address=f" {address} "), SENDER), bytes)


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_key_is_one_message(one: str, other: str) -> None:
    encodable = all(sign < "\ud800" or sign > "\udfff" for sign in one + other)
    if encodable:
        assert (message_id(one, SENDER) == message_id(other, SENDER)) == (one == other)


@pytest.mark.parametrize(
    ("code", "retry"),
    [(550, Retry.NEVER), (554, Retry.NEVER), (450, Retry.LATER), (452, Retry.LATER), (421, Retry.CHANNEL)],
)
def test_replies(code: int, retry: Retry) -> None:
    verdict = refusal(code, b"5.1.1 no\r\nsuch \xff user" + b"x" * 500)
    assert verdict.retry is retry and verdict.fault.values["status"] == code
    assert "\n" not in str(verdict.fault.values["answer"]) and len(str(verdict.fault.values["answer"])) <= 120


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", MailServer("mail.example", 587, False, True, SENDER)),
        ("smtp://127.0.0.1:25?starttls=no", MailServer("127.0.0.1", 25, False, False, SENDER)),
        ("smtps://u%40x:p%3Aw@mail.example", MailServer("mail.example", 465, True, False, SENDER, "u@x", "p:w")),
    ],
)
def test_servers(url: str, expected: MailServer) -> None:
    assert server(url, SENDER, "URL", "FROM") == expected
    assert "p:w" not in repr(server(url, SENDER, "URL", "FROM"))


@pytest.mark.parametrize(
    "url", ["mail.example", "http://mail.example", "smtp://", "smtp://h:99999", "smtp://h?starttls=1"]
)
def test_wrong_servers_name_their_settings_and_no_secret(url: str) -> None:
    with pytest.raises(Refused) as caught:
        server(url, "nobody", "URL", "FROM")
    assert {(fault.code, fault.where.file) for fault in caught.value.faults} == {
        ("channel.sender", "FROM"), ("channel.mail_url", "URL"),
    }  # fmt: skip
