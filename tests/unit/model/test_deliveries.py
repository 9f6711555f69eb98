"""The schedule of attempts."""

from datetime import timedelta

from wanjia.model.deliveries import ATTEMPTS_MAX, RETRY_AFTER_SECONDS, retry_after


def test_waits_grow_then_end() -> None:
    waits = [retry_after(attempt) for attempt in range(1, ATTEMPTS_MAX)]
    assert waits == [timedelta(seconds=seconds) for seconds in RETRY_AFTER_SECONDS] == sorted(waits)
    assert retry_after(ATTEMPTS_MAX) is None and retry_after(ATTEMPTS_MAX + 5) is None
    assert timedelta(hours=3) < sum(waits, timedelta()) < timedelta(hours=6), "longer than a restart, shorter than news"
