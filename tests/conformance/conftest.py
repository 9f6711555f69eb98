"""What both stores are tested with: the small world, and no calendar left over from a test that was rolled back."""

from collections.abc import Iterator

import pytest

from tests.support.world import world, world_rows
from wanjia.records.cases import calendar

__all__ = ["world", "world_rows"]


@pytest.fixture(autouse=True)
def fresh_calendar() -> Iterator[None]:
    """A year entered in one test would be remembered by its revision, which the next test gives out again."""
    yield
    calendar._built.cache_clear()
