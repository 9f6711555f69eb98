"""The ways out of the house against real receiving systems on this machine."""

import email.utils
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.postgres import free_port
from tests.support.receivers import gateway, smtp_server
from wanjia.adapters.email.codec import server
from wanjia.adapters.email.driver import Mailer
from wanjia.adapters.http_post.codec import target
from wanjia.adapters.http_post.driver import Poster
from wanjia.adapters.outbox_file.driver import OutboxFile
from wanjia.adapters.sms_gateway.driver import SmsGateway
from wanjia.adapters.webhook.codec import genuine
from wanjia.adapters.webhook.driver import Webhook
from wanjia.model.deliveries import NotSent, Outcome, Outgoing, Retry, Sent

AT = datetime(2026, 11, 22, 9, 41, 16, tzinfo=UTC)
SECRET = "a-secret-of-32-characters-or-more"


def outgoing(address: str, key: str = "outage:12:客户:88", body: str = "预计18:30恢复供电。\n.\n请稍候") -> Outgoing:
    return Outgoing(key, address, "停电通知", body, AT)


def mailer(url: str, timeout: float = 5.0) -> Mailer:
    return Mailer(server(url, "notice@supply.example", "URL", "FROM"), timeout)


def verdict(outcome: Outcome) -> tuple[str, Retry]:
    assert isinstance(outcome, NotSent), outcome
    return outcome.fault.code, outcome.retry


def test_a_mail_arrives_as_it_was_written_and_again_under_its_id() -> None:
    with smtp_server() as receiver:
        send = mailer(receiver.url)
        first, again = send(outgoing("lin@example.com")), send(outgoing("lin@example.com"))
        send.close()
    assert isinstance(first, Sent) and first == again and receiver.connections == 1
    assert receiver.book.keys == {first.receipt: 2}
    mail = receiver.book.texts[0]["mail"]
    assert (mail["Subject"], mail["To"], mail["From"]) == ("停电通知", "lin@example.com", "notice@supply.example")
    assert mail.get_content().splitlines() == ["预计18:30恢复供电。", ".", "请稍候"]
    assert email.utils.parsedate_to_datetime(mail["Date"]) == AT


def test_mail_refused_for_good_for_now_and_for_everybody() -> None:
    with smtp_server() as receiver:
        send = mailer(receiver.url, timeout=0.3)
        receiver.silence_seconds = 0.8
        assert verdict(send(outgoing("nobody@example.com"))) == ("delivery.refused", Retry.NEVER)
        assert verdict(send(outgoing("spam@example.com"))) == ("delivery.refused", Retry.NEVER)
        assert verdict(send(outgoing("full@example.com"))) == ("delivery.receiver_trouble", Retry.LATER)
        assert verdict(send(outgoing("closing@example.com"))) == ("delivery.receiver_trouble", Retry.CHANNEL)
        began = time.monotonic()
        assert verdict(send(outgoing("silent@example.com"))) == ("delivery.no_answer", Retry.LATER)
        assert time.monotonic() - began < 2.0
        assert isinstance(send(outgoing("lin@example.com")), Sent), "a new conversation after each of these"


def test_no_mail_server_is_the_channels_trouble() -> None:
    assert verdict(mailer(f"smtp://127.0.0.1:{free_port()}?starttls=no")(outgoing("a@b.cc")))[1] is Retry.CHANNEL
    with smtp_server() as receiver:
        url = receiver.url.replace("starttls=no", "starttls=yes")
        assert verdict(mailer(url)(outgoing("a@b.cc"))) == ("delivery.unreachable", Retry.CHANNEL)
        assert receiver.book.texts == [], "without the TLS that was asked for nothing is handed in"


def test_a_short_message_with_token_and_key() -> None:
    with gateway() as receiver:
        send = SmsGateway(Poster(target(receiver.url, "URL")), "secret-token", "临江供电")
        first, again = send(outgoing("138 0000 0012")), send(outgoing("138 0000 0012"))
    assert isinstance(first, Sent) and first == again and first.receipt.startswith("for outage:12:")
    got = receiver.book.texts[0]
    assert got["document"]["to"] == "13800000012" and got["document"]["text"].startswith("【临江供电】预计18:30")
    assert got["headers"]["Authorization"] == "Bearer secret-token" and got["document"]["key"] == "outage:12:客户:88"
    assert list(receiver.book.keys.values()) == [2], "the same key both times"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, ("delivery.refused", Retry.NEVER)),
        (422, ("delivery.refused", Retry.NEVER)),
        (401, ("delivery.not_let_in", Retry.CHANNEL)),
        (302, ("delivery.not_let_in", Retry.CHANNEL)),
        (429, ("delivery.too_many", Retry.CHANNEL)),
        (503, ("delivery.receiver_trouble", Retry.LATER)),
        (0, ("delivery.no_answer", Retry.LATER)),
    ],
)
def test_what_a_gateway_may_answer(status: int, expected: tuple[str, Retry]) -> None:
    with gateway() as receiver:
        receiver.silence_seconds = 0.8
        receiver.statuses["13800000099"] = status
        receiver.headers = {"Retry-After": "40", "Location": "http://127.0.0.1:1/"}
        send = SmsGateway(Poster(target(receiver.url, "URL"), 0.3), "t")
        outcome = send(outgoing("13800000099"))
        assert verdict(outcome) == expected
        assert isinstance(outcome, NotSent) and outcome.after_seconds == (40.0 if status in (429, 503) else 0.0)
        assert isinstance(send(outgoing("13800000012")), Sent)


def test_a_gateway_that_is_not_there() -> None:
    send = SmsGateway(Poster(target(f"http://127.0.0.1:{free_port()}", "URL")), "t")
    assert verdict(send(outgoing("13800000012"))) == ("delivery.unreachable", Retry.CHANNEL)


def test_many_threads_share_one_gateway() -> None:
    with gateway() as receiver:
        send = SmsGateway(Poster(target(receiver.url, "URL")), "t")
        with ThreadPoolExecutor(8) as pool:
            outcomes = list(pool.map(lambda n: send(outgoing("13800000012", f"k{n}")), range(200)))
    assert all(outcome == Sent(f"for k{n}") for n, outcome in enumerate(outcomes))
    assert len(receiver.book.keys) == len(receiver.book.texts) == 200


def test_a_webhook_is_signed_and_goes_to_configured_receivers_only() -> None:
    with gateway() as receiver:
        send = Webhook({"dispatch": Poster(target(receiver.url, "URL"))}, SECRET, clock=lambda: 1795340476.9)
        body = json.dumps({"event": "outage.announced", "district": "海棠村三组"}, ensure_ascii=False)
        assert isinstance(send(outgoing("dispatch", body=body)), Sent)
        for elsewhere in ("other", receiver.url, "http://127.0.0.1/"):
            assert verdict(send(outgoing(elsewhere, body=body))) == ("delivery.receiver_unknown", Retry.NEVER)
    (got,) = receiver.book.texts
    assert got["body"] == body.encode() and genuine(SECRET, got["headers"]["Wanjia-Signature"], got["body"], 1795340480)


def test_lines_of_many_writers_do_not_mix(tmp_path: Path) -> None:
    send = OutboxFile(tmp_path / "outbox", "sms", lambda: AT)
    writers = [
        threading.Thread(target=lambda n=n: [send(outgoing("1", f"{n}:{i}", "字" * 500)) for i in range(50)])
        for n in range(4)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    path = tmp_path / "outbox" / "2026-11-22.jsonl"
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert {line["key"] for line in lines} == {f"{n}:{i}" for n in range(4) for i in range(50)}
    assert len(lines) == 200 and path.stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_written_is_the_channels_trouble(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file stands here")
    outcome = OutboxFile(tmp_path / "outbox", "sms", lambda: AT)(outgoing("1"))
    assert verdict(outcome) == ("delivery.unreachable", Retry.CHANNEL)
