"""Deliveries on both stores: queued once a key, kept through quiet hours, claimed, sent, tried again, given up."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from wanjia.actions.cases import send_deliveries as module
from wanjia.actions.cases.play_deliveries import play_deliveries
from wanjia.actions.cases.queue_delivery import Wanted, queue
from wanjia.actions.cases.send_deliveries import CLAIM_SECONDS, PAUSE_SECONDS, Round, send_deliveries
from wanjia.model.deliveries import ATTEMPTS_MAX, RETRY_AFTER_SECONDS, NotSent, Outcome, Outgoing, Retry, Sent
from wanjia.model.faults import Fault
from wanjia.records.cases.models import Delivery, QuietHoursEdition

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
NIGHT = datetime(2026, 11, 22, 15, tzinfo=UTC)
"""23:00 in Shanghai."""
MORNING = datetime(2026, 11, 22, 23, tzinfo=UTC)
"""07:00 of the next day."""


def put(*wanted: Wanted, now: datetime = NOON) -> None:
    with transaction.atomic():
        queue(wanted, now)


def sms(key: str, address: str = "13800000012", urgent: bool = False, channel: str = "sms") -> Wanted:
    return Wanted(key, channel, address, "停电通知", f"内容 {key}", urgent)


def row(key: str) -> Delivery:
    return Delivery.objects.get(idempotency_key=key)


class Receiver:
    """Notes what is sent and answers as told, by address."""

    def __init__(self, answers: dict[str, Callable[[], Outcome]] | None = None) -> None:
        self.keys: list[str] = []
        self.answers = answers or {}

    def __call__(self, outgoing: Outgoing) -> Outcome:
        self.keys.append(outgoing.key)
        return self.answers.get(outgoing.address, lambda: Sent(f"r-{outgoing.key}"))()


def fails(code: str, retry: Retry, after: float = 0.0) -> Callable[[], Outcome]:
    return lambda: NotSent(Fault(code, values={"status": 500}), retry, after)


def run(send: Callable[[Outgoing], Outcome], now: datetime = NOON, channel: str = "sms", **options: int) -> Round:
    return send_deliveries(channel, send, lambda: now, **options)


def test_a_key_is_queued_once_with_its_transaction_or_not_at_all() -> None:
    put(sms("a"), sms("b"), sms("a"))
    Delivery.objects.filter(idempotency_key="a").update(status="sent")
    put(sms("a", "13999999999"), sms("c"))
    assert sorted(Delivery.objects.values_list("idempotency_key", "address", "status")) == [
        ("a", "13800000012", "sent"), ("b", "13800000012", "waiting"), ("c", "13800000012", "waiting"),
    ]  # fmt: skip
    with pytest.raises(RuntimeError), transaction.atomic():
        queue([sms("d")], NOON)
        raise RuntimeError("the cause is undone")
    assert not Delivery.objects.filter(idempotency_key="d").exists()


def test_every_column_is_as_the_model_would_fill_it() -> None:
    put(sms("a", urgent=True))
    Delivery.objects.create(
        idempotency_key="model", channel="sms", address="13800000012", subject="停电通知", body="内容 a", urgent=True,
        created_at=NOON, not_before=NOON,
    )  # fmt: skip
    written, made = (Delivery.objects.filter(idempotency_key=key).values().get() for key in ("a", "model"))
    for values in (written, made):
        del values["id"], values["idempotency_key"]
    assert written == made


def test_long_and_strange_words_are_stored_and_no_wrong_address_undoes_the_rest() -> None:
    long_key = "outage:12:" + "x" * 300
    put(
        Wanted(long_key, "sms", "13800000012", "停" * 400, "a\x00b" + "字" * 3000),
        Wanted(long_key + "y", "sms", "13800000012", "", ""),
        Wanted("wide", "email", "a" * 300 + "@example.com", "", ""),
    )
    assert Delivery.objects.count() == 3
    first = Delivery.objects.order_by("pk").first()
    assert first is not None and len(first.subject) == 160 and first.body == "ab" + "字" * 3000
    assert (row("wide").status, row("wide").fault) == ("failed", "delivery.address")
    with pytest.raises(ValueError, match="channel"), transaction.atomic():
        queue([sms("no", channel="pigeon")], NOON)


@pytest.mark.parametrize(
    ("channel", "urgent", "expected"),
    [("sms", False, MORNING), ("email", False, MORNING), ("sms", True, NIGHT), ("webhook", False, NIGHT)],
)
def test_quiet_hours_keep_what_can_wait(channel: str, urgent: bool, expected: datetime) -> None:
    put(sms("a", channel=channel, urgent=urgent), now=NIGHT)
    assert row("a").not_before == expected
    receiver = Receiver()
    assert run(receiver, expected - timedelta(seconds=1), channel).taken == 0
    assert run(receiver, expected, channel).sent == 1 and receiver.keys == ["a"]


def test_the_companys_own_quiet_hours_count_from_their_day_on() -> None:
    evening = datetime(2026, 11, 22, 20, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    editions = ((date(2026, 11, 22), time(20), time(8)), (date(2026, 11, 23), time(0), time(0)))
    for starts_on, begins, ends in editions:
        QuietHoursEdition.objects.create(starts_on=starts_on, begins=begins, ends=ends, source="test")
    put(sms("a"), now=evening - timedelta(days=1))
    put(sms("b"), now=evening)
    put(sms("c"), now=evening + timedelta(days=1))
    assert row("a").not_before == evening - timedelta(days=1)
    assert row("b").not_before == datetime(2026, 11, 23, 8, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert row("c").not_before == evening + timedelta(days=1)


def test_what_was_confirmed_is_never_sent_again() -> None:
    put(sms("a"), sms("b"))
    receiver = Receiver()
    assert run(receiver) == Round(2, 2, 0.0)
    assert run(receiver, NOON + timedelta(days=9)).taken == 0 and receiver.keys == ["a", "b"]
    assert (row("a").status, row("a").receipt, row("a").sent_at, row("a").attempts) == ("sent", "r-a", NOON, 1)
    put(sms("a"), sms("b"))
    assert run(receiver).taken == 0


def test_urgent_first_then_the_longest_due_and_a_round_is_bounded() -> None:
    put(sms("late"), now=NOON + timedelta(minutes=2))
    put(sms("early"), sms("urgent", urgent=True), now=NOON + timedelta(minutes=1))
    receiver, now = Receiver(), NOON + timedelta(minutes=5)
    assert run(receiver, now, limit=2).taken == 2 and receiver.keys == ["urgent", "early"]
    assert run(receiver, now, limit=2).taken == 1 and receiver.keys[2] == "late"


def test_channels_do_not_take_each_others() -> None:
    put(sms("a"), sms("b", "x@example.com", channel="email"), sms("c", "dispatch", channel="webhook"))
    for channel, key in (("sms", "a"), ("email", "b"), ("webhook", "c")):
        receiver = Receiver()
        assert run(receiver, channel=channel).taken == 1 and receiver.keys == [key]


def test_tried_again_on_schedule_under_the_same_key_then_given_up() -> None:
    put(sms("a", "13800000099"), sms("b"))
    receiver = Receiver({"13800000099": fails("delivery.receiver_trouble", Retry.LATER)})
    now = NOON
    run(receiver, now)
    for attempt, wait in enumerate(RETRY_AFTER_SECONDS, start=1):
        assert (row("a").status, row("a").attempts) == ("waiting", attempt)
        assert row("a").not_before == now + timedelta(seconds=wait)
        assert run(receiver, now + timedelta(seconds=wait - 1)).taken == 0
        now += timedelta(seconds=wait)
        run(receiver, now)
    assert (row("a").status, row("a").attempts, row("a").fault) == ("failed", ATTEMPTS_MAX, "delivery.receiver_trouble")
    assert receiver.keys.count("a") == ATTEMPTS_MAX and receiver.keys.count("b") == 1
    assert run(receiver, now + timedelta(days=1)).taken == 0


def test_a_receiver_that_asks_for_patience_gets_it() -> None:
    put(sms("a"))
    run(Receiver({"13800000012": fails("delivery.receiver_trouble", Retry.LATER, after=900.0)}))
    assert row("a").not_before == NOON + timedelta(seconds=900)


def test_refused_for_good_is_given_up_at_once_with_its_reason_without_the_address() -> None:
    put(sms("a", "13800000099"), sms("b"))
    refused = NotSent(Fault("delivery.refused", values={"status": 550, "answer": "<13800000099> unknown"}), Retry.NEVER)
    assert run(Receiver({"13800000099": lambda: refused})).sent == 1
    assert (row("a").status, row("a").fault, row("a").attempts) == ("failed", "delivery.refused", 1)
    assert row("a").fault_values == {"status": 550, "answer": "<…> unknown"}


def test_a_channel_that_takes_nothing_is_left_alone_and_no_attempt_is_counted() -> None:
    put(*(sms(f"k{n}") for n in range(6)))
    receiver = Receiver({"13800000012": fails("delivery.unreachable", Retry.CHANNEL)})
    assert run(receiver) == Round(6, 0, PAUSE_SECONDS) and len(receiver.keys) == 1
    assert set(Delivery.objects.values_list("status", "attempts", "claimed_until")) == {("waiting", 0, None)}
    assert row("k0").fault == "delivery.unreachable", "the page can say why it waits"
    assert run(Receiver()) == Round(6, 6, 0.0)


def test_too_many_pauses_as_long_as_the_receiver_asks() -> None:
    put(sms("a"))
    assert run(Receiver({"13800000012": fails("delivery.too_many", Retry.CHANNEL, 77.0)})).pause_seconds == 77.0


def test_texts_that_fail_hold_nobody_up(caplog: pytest.LogCaptureFixture) -> None:
    def slips() -> Outcome:
        raise KeyError("slip")

    put(sms("slip", "1"), sms("poison", "2"), *(sms(f"k{n}") for n in range(4)))
    assert run(Receiver({"1": slips, "2": fails("delivery.no_answer", Retry.LATER)})) == Round(6, 4, 0.0)
    assert (row("slip").status, row("slip").fault, "KeyError" in caplog.text) == ("waiting", "delivery.slip", True)


def test_many_failing_in_a_row_are_the_channels_trouble() -> None:
    put(*(sms(f"k{n}") for n in range(9)))
    receiver = Receiver({"13800000012": fails("delivery.no_answer", Retry.LATER)})
    assert run(receiver).pause_seconds == PAUSE_SECONDS
    assert len(receiver.keys) == 5 and Delivery.objects.filter(attempts=0).count() == 4


def test_a_text_that_is_over_is_dropped_and_a_machine_is_told_all_the_same() -> None:
    put(sms("a"), sms("w", "dispatch", channel="webhook"))
    receiver, later = Receiver(), NOON + timedelta(hours=25)
    run(receiver, later)
    run(receiver, later, "webhook")
    assert (row("a").status, row("a").fault) == ("dropped", "delivery.too_old") and receiver.keys == ["w"]


def test_a_worker_that_died_leaves_a_claim_that_runs_out() -> None:
    def dies() -> Outcome:
        raise KeyboardInterrupt

    put(*(sms(f"k{n}", "1") for n in range(3)))
    with pytest.raises(KeyboardInterrupt):
        run(Receiver({"1": dies}))
    assert run(Receiver(), NOON + timedelta(seconds=CLAIM_SECONDS - 1)).taken == 0, "still taken"
    later, receiver = NOON + timedelta(seconds=CLAIM_SECONDS), Receiver()
    for left in (1, 1, 1, 0):
        assert run(receiver, later).taken == left, "each alone, in case one of them is what killed the worker"
    assert sorted(receiver.keys) == ["k0", "k1", "k2"] and row("k0").attempts == 2


def test_a_text_that_kills_every_worker_is_given_up() -> None:
    put(sms("a"))
    Delivery.objects.update(attempts=ATTEMPTS_MAX, claimed_until=NOON)
    receiver = Receiver()
    run(receiver)
    assert (row("a").status, row("a").fault, receiver.keys) == ("failed", "delivery.no_answer", [])


def test_what_went_out_is_marked_so_even_when_it_was_stopped_meanwhile() -> None:
    put(sms("a"), sms("b", "2"))

    def stopped() -> Iterable[None]:
        Delivery.objects.update(status="dropped")
        return ()

    def sent_after_stop() -> Outcome:
        stopped()
        return Sent("r")

    run(Receiver({"13800000012": sent_after_stop, "2": fails("delivery.no_answer", Retry.LATER)}))
    assert (row("a").status, row("b").status) == ("sent", "dropped")


def test_time_is_up_for_a_slow_receiver() -> None:
    put(*(sms(f"k{n}") for n in range(5)))
    moments = iter([NOON, *(NOON + timedelta(seconds=8 * n) for n in range(20))])
    receiver = Receiver()
    done = send_deliveries("sms", receiver, lambda: next(moments))
    assert done.taken == 5 and 0 < done.sent == len(receiver.keys) < 5
    assert Delivery.objects.filter(status="waiting", attempts=0, claimed_until=None).count() == 5 - done.sent


def test_threads_send_side_by_side() -> None:
    put(*(sms(f"k{n}") for n in range(32)))
    receiver = Receiver()
    assert run(receiver, threads=8) == Round(32, 32, 0.0)
    assert sorted(receiver.keys) == sorted(f"k{n}" for n in range(32))
    assert all(each.receipt == f"r-{each.idempotency_key}" for each in Delivery.objects.all())


def test_a_told_past_is_sent_at_its_own_moments() -> None:
    put(sms("a"), now=NIGHT)
    put(sms("b"), sms("later", urgent=True), now=MORNING + timedelta(hours=1))
    Delivery.objects.filter(idempotency_key="later").update(not_before=MORNING + timedelta(days=9))
    receiver, moments = Receiver(), []

    def send_at(channel: str, at: datetime) -> Receiver:
        moments.append((channel, at))
        return receiver

    assert play_deliveries(send_at, MORNING + timedelta(days=2)) == 2 and receiver.keys == ["a", "b"]
    assert (
        moments
        == [("sms", MORNING), ("sms", MORNING + timedelta(hours=1))]
        == [("sms", row(key).sent_at) for key in ("a", "b")]
    )
    assert row("later").status == "waiting" and play_deliveries(send_at, MORNING + timedelta(days=2)) == 0


def test_the_named_limits_fit_together() -> None:
    assert module.ROUND_SECONDS + 9 * 5.0 < CLAIM_SECONDS, "nine replies of a mail server, five seconds each"
