"""Tries counted in the store: a span begins with its first try, ends, and is forgotten; a limit holds on every page."""

from datetime import timedelta

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.world import World
from wanjia.records.territory.attempts import attempts, count_attempt
from wanjia.records.territory.models import Attempts
from wanjia.web.limits import LOOKUPS, Limit, TooMany, check, take

SPAN = timedelta(minutes=10)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(gaps=st.lists(st.integers(0, 900), min_size=1, max_size=12))
def test_counts_like_a_plain_list_of_instants(world: World, gaps: list[int]) -> None:
    """Against the obvious way: tries since the first of the running span."""
    Attempts.objects.all().delete()
    now, span = world.now, list[object]()
    for seconds in gaps:
        now += timedelta(seconds=seconds)
        if span and now >= span[0] + SPAN:  # type: ignore[operator]
            span = []
        assert attempts("k", now) == len(span)
        span.append(now)
        assert count_attempt("k", SPAN, now) == len(span)


def test_what_is_over_is_forgotten(world: World) -> None:
    for name in ("a", "b"):
        count_attempt(name, SPAN, world.now)
    assert Attempts.objects.count() == 2
    count_attempt("c", SPAN, world.now + SPAN)
    assert list(Attempts.objects.values_list("key", flat=True)) == ["c"]


@pytest.mark.parametrize("in_store", [True, False])
def test_a_limit_is_reached_and_belongs_to_one_visitor(world: World, settings, in_store: bool) -> None:  # type: ignore[no-untyped-def]
    settings.LIMITS_IN_STORE = in_store
    limit = Limit(f"three-{in_store}", 3, 10)
    for _ in range(3):
        check(limit, "me")
        take(limit, "me")
    for again in (check, take):
        with pytest.raises(TooMany):
            again(limit, "me")
    check(limit, "you")
    assert Attempts.objects.filter(key__contains="three-").exists() is in_store


def test_a_page_over_its_limit_says_when_to_come_back(world: World, settings) -> None:  # type: ignore[no-untyped-def]
    settings.LIMITS_IN_STORE = True
    asked = [Client().get("/who/?number=3300000001").status_code for _ in range(LOOKUPS.times + 1)]
    assert asked[-1] == 429 and 429 not in asked[:-1]
