"""Addresses that are safe to post to, and answers by what they mean for a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanjia.adapters.http_post.codec import Answer, Target, key_header, outcome, retry_after, shown, target
from wanjia.model.deliveries import NotSent, Retry, Sent
from wanjia.model.faults import Refused

MEANING = {
    200: None, 201: None, 202: None, 204: None,
    301: Retry.CHANNEL, 302: Retry.CHANNEL, 401: Retry.CHANNEL, 403: Retry.CHANNEL, 407: Retry.CHANNEL,
    429: Retry.CHANNEL, 400: Retry.NEVER, 404: Retry.NEVER, 410: Retry.NEVER, 422: Retry.NEVER,
    408: Retry.LATER, 409: Retry.LATER, 425: Retry.LATER, 500: Retry.LATER, 502: Retry.LATER, 503: Retry.LATER,
}  # fmt: skip


@pytest.mark.parametrize(("status", "retry"), MEANING.items())
def test_answers(status: int, retry: Retry | None) -> None:
    found = outcome(Answer(status, b'{"id": "g-17"}'))
    if retry is None:
        assert found == Sent("g-17")
    else:
        assert isinstance(found, NotSent) and found.retry is retry and found.fault.values["status"] == status


def test_patience_that_is_asked_for_is_given_within_an_hour() -> None:
    for status in (429, 503):
        found = outcome(Answer(status, after_seconds=90.0))
        assert isinstance(found, NotSent) and found.after_seconds == 90.0
        found = outcome(Answer(status, after_seconds=1e8))
        assert isinstance(found, NotSent) and found.after_seconds == 3600.0
    assert [retry_after(text) for text in ("120", " 7 ", "-1", "soon", None)] == [120.0, 7.0, 0.0, 0.0, 0.0]


@given(st.binary(max_size=300))
def test_any_body_gives_a_short_printable_line(body: bytes) -> None:
    found = outcome(Answer(200, body))
    assert isinstance(found, Sent) and found.receipt.isprintable() and len(found.receipt) <= 120
    assert shown(body.decode("latin-1")).isprintable()


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
def test_keys_as_headers_are_plain_and_stay_different(one: str, other: str) -> None:
    assert key_header(one).isascii() and "\n" not in key_header(one) and "\r" not in key_header(one)
    assert (key_header(one) == key_header(other)) == (one == other)


def test_targets() -> None:
    assert target("https://sms.example/send?a=1", "S") == Target(True, "sms.example", 443, "/send?a=1")
    assert target("http://127.0.0.1:8080", "S") == Target(False, "127.0.0.1", 8080, "/")


@pytest.mark.parametrize(
    "url",
    ["", "sms.example", "file:///etc/passwd", "gopher://x", "https://", "https://user:pw@sms.example",
     "https://sms.example/a b", "https://sms.example/\r\nHost: x", "https://sms.example:port", "https://短信.example"],
)  # fmt: skip
def test_wrong_addresses_are_refused_without_repeating_them(url: str) -> None:
    with pytest.raises(Refused) as caught:
        target(url, "WANJIA_SMS_URL")
    (fault,) = caught.value.faults
    assert (fault.code, fault.where.file, dict(fault.values)) == ("channel.url", "WANJIA_SMS_URL", {})
