"""What the sensor knows of districts now becomes `DistrictState` rows, many at once."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from django.db import transaction

from wanjia.model.faults import NotFound
from wanjia.records.network.models import DistrictState, NetworkModel

ROWS_PER_STATEMENT = 500
"""Rows written by one statement: six values each stay far below both stores' limits of parameters."""
COLUMNS = ("dark_since", "heard_at", "meters", "meters_heard", "changed_at")


def apply_states(
    digest: str, district_ids: Sequence[str], dark_since_ms: Sequence[int | None], heard_ms: Sequence[int | None],
    meters: Sequence[int], meters_heard: Sequence[int], now: datetime,
) -> int:  # fmt: skip
    """Write the states of the districts given, one entry of every sequence each; returns how many.

    Times are milliseconds since 1970 UTC; None, 0 and negative mean never. Only districts whose state changed should be
    given, in whatever order. Raises NotFound when the network is not installed.
    """
    if not NetworkModel.objects.filter(digest=digest).exists():
        raise NotFound("network", digest)
    columns = zip(district_ids, dark_since_ms, heard_ms, meters, meters_heard, strict=True)
    rows = list(_rows(columns, now))
    with transaction.atomic():
        DistrictState.objects.bulk_create(
            rows, ROWS_PER_STATEMENT, update_conflicts=True, unique_fields=["district"], update_fields=COLUMNS
        )
    return len(rows)


def _rows(
    columns: "zip[tuple[str, int | None, int | None, int, int]]", now: datetime
) -> Iterator[DistrictState]:  # fmt: skip
    for code, dark, heard, meters, meters_heard in columns:
        yield DistrictState(
            district_id=str(code), dark_since=_instant(dark), heard_at=_instant(heard), meters=int(meters),
            meters_heard=int(meters_heard), changed_at=now,
        )  # fmt: skip


def _instant(milliseconds: int | None) -> datetime | None:
    """A time of the sensor, which has none below 1."""
    if milliseconds is None or milliseconds <= 0:
        return None
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
