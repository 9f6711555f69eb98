"""Other systems hear of every change of an outage as a small JSON document: a dispatching centre, a city hotline."""

import json
from datetime import datetime

from wanjia.actions.cases.queue_delivery import Wanted, queue, webhook_receivers
from wanjia.actions.network.book import Entry
from wanjia.records.network.models import Outage

FORMAT = "wanjia.outage/1"
"""Name and edition of the document."""


def tell_systems(entry: Entry, now: datetime) -> int:
    """Queue how the outage stands now for every receiver; nothing of persons is in it. Gives how many were queued."""
    row = entry.row
    body = json.dumps(_document(row, [line.what for line in entry.lines]), ensure_ascii=False, sort_keys=True)
    return queue(
        (
            Wanted(f"outage:{row.number}:state{row.revision}:webhook:{name}", "webhook", name, "", body, True, row.pk)
            for name in webhook_receivers()
        ),
        now,
    )


def _document(row: Outage, what: list[str]) -> dict[str, object]:
    return {
        "format": FORMAT, "outage": row.number, "revision": row.revision, "what": what, "status": row.status,
        "level": row.device_level, "device": row.device_id, "feeder": row.feeder_id, "planned": row.planned,
        "starts_at": _text(row.starts_at), "ends_at": _text(row.ends_at),
        "expected_back_at": _text(row.estimated_restoration_at), "districts_dark": row.districts_dark,
        "customers_dark": row.customers_dark, "customers_touched": row.customers_touched, "cause": row.cause,
        "external": row.external, "case": row.case_number,
    }  # fmt: skip


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
