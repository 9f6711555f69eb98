"""Signatures that cannot be reused, and receivers from the settings only."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wanjia.adapters.webhook
from wanjia.adapters.http_post.codec import Target
from wanjia.adapters.webhook.codec import TOLERANCE_SECONDS, genuine, names, receivers, signature
from wanjia.model.faults import Refused

FIXTURES = Path(wanjia.adapters.webhook.__file__).parent / "fixtures"
SECRET = "a-secret-of-32-characters-or-more"


def test_the_fixture() -> None:
    sample = json.loads((FIXTURES / "signed.json").read_text(encoding="utf-8"))
    made = signature(sample["secret"], sample["sent_at_seconds"], sample["body"].encode())
    assert made == sample["signature"]


@given(st.binary(max_size=200), st.integers(0, 10**11), st.binary(min_size=1, max_size=4), st.integers(1, 10**6))
def test_only_the_same_body_time_and_secret_are_genuine(body: bytes, at: int, more: bytes, later: int) -> None:
    header = signature(SECRET, at, body)
    assert genuine(SECRET, header, body, at) and genuine(SECRET, header, body, at + TOLERANCE_SECONDS)
    assert not genuine(SECRET, header, body, at + TOLERANCE_SECONDS + 1)
    assert not genuine(SECRET, header, body + more, at)
    assert not genuine(SECRET + "x", header, body, at)
    moved = header.replace(f"t={at}", f"t={at + later}")
    assert not genuine(SECRET, moved, body, at + later), "the time cannot be moved apart from the body"


@pytest.mark.parametrize("header", ["", "v1=00", "t=1,v1=", "t=1,v1=" + "g" * 64, "t=-1,v1=" + "0" * 64])
def test_a_broken_signature_is_not_genuine(header: str) -> None:
    assert not genuine(SECRET, header, b"{}", 1)


def test_receivers_by_name_or_by_host() -> None:
    found = receivers("dispatch=https://dispatch.example/wanjia?x=1, https://city.example:8443", "HOOKS")
    assert found == {
        "dispatch": Target(True, "dispatch.example", 443, "/wanjia?x=1"),
        "city.example": Target(True, "city.example", 8443, "/"),
    }
    assert names("dispatch=https://dispatch.example, https://city.example") == ("dispatch", "city.example")
    assert names("") == () == names("dispatch=ftp://dispatch.example")


def test_every_wrong_entry_is_named() -> None:
    wrong = "a=https://x.example,a=https://y.example,b=ftp://z.example,C D=https://q.example,,c=https://u:p@h.example"
    with pytest.raises(Refused) as caught:
        receivers(wrong, "HOOKS")
    assert [(fault.code, fault.where.line) for fault in caught.value.faults] == [
        ("channel.name_twice", 2), ("channel.url", 3), ("channel.name", 4), ("channel.name", 5), ("channel.url", 6),
    ]  # fmt: skip
