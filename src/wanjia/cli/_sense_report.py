"""Outages as a table, and as JSON with their evidence and history."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from wanjia.kernels.sensing.nouns import LEVELS, Batch, Change, Outage
from wanjia.model.network import Network

MOMENT = pa.timestamp("ms", "UTC")
COLUMNS = (
    "outage_id", "device_id", "level", "starts_at", "detected_at", "ends_at", "districts", "customers", "cause_hint",
    "planned", "confidence",
)  # fmt: skip
"""Columns of the outage list, in order."""


def final(changes: Iterable[Change]) -> list[Outage]:
    """Every outage as it was last held, in order of announcement; those merged into another are the other's."""
    last = {change.outage.number: change.outage for change in changes}
    return [last[number] for number in sorted(last) if last[number].merged_into is None]


def iso(milliseconds: int | None) -> str | None:
    """ISO 8601 in UTC; None stays None."""
    if milliseconds is None:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")


def name_of(number: int) -> str:
    """The outage's identifier in tables."""
    return f"outage-{number}"


def plain_outage(outage: Outage, network: Network) -> dict[str, Any]:
    """One outage with the columns of the outage list."""
    return {
        "outage_id": name_of(outage.number),
        "device_id": outage.device_id,
        "level": LEVELS[outage.level],
        "starts_at": iso(outage.starts_at),
        "detected_at": iso(outage.detected_at),
        "ends_at": iso(outage.ends_at),
        "districts": [str(network.districts.ids[row]) for row in outage.districts],
        "customers": outage.customers,
        "cause_hint": outage.hint,
        "planned": outage.planned,
        "confidence": outage.confidence,
    }


def plain_result(events: int, changes: Sequence[Change], network: Network) -> dict[str, Any]:
    """The object of `--json` without its faults."""
    outages = []
    for outage in final(changes):
        history = [
            {"what": change.what, "at": iso(change.at), "device_id": change.outage.device_id}
            for change in changes
            if change.outage.number == outage.number
        ]
        more = {"evidence": vars(outage.evidence), "revisions": outage.revisions, "history": history}
        split_from = name_of(outage.parent) if outage.parent else None
        outages.append({**plain_outage(outage, network), **more, "split_from": split_from})
    merged = [change.outage for change in changes if change.what == "merged"]
    return {
        "events": events,
        "outages": outages,
        "merged": [
            {"outage_id": name_of(one.number), "into": name_of(one.merged_into), "at": iso(one.ends_at)}
            for one in merged
            if one.merged_into is not None
        ],
    }


def outage_table(outages: Sequence[Outage], network: Network, path: Path) -> pa.Table:
    """The outage list; CSV has districts separated by spaces and empty text for what is open."""
    rows = [plain_outage(outage, network) for outage in outages]
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in COLUMNS}
    if path.suffix.lower() == ".parquet":
        moments = {"starts_at": "starts_at", "detected_at": "detected_at", "ends_at": "ends_at"}
        for name, attribute in moments.items():
            columns[name] = pa.array([getattr(outage, attribute) for outage in outages], MOMENT)
        columns["districts"] = pa.array(columns["districts"], pa.list_(pa.string()))
    else:
        columns["districts"] = [" ".join(ids) for ids in columns["districts"]]
        columns["planned"] = ["true" if one else "false" for one in columns["planned"]]
    kinds = {"customers": pa.int64(), "confidence": pa.float64()}
    arrays = [
        values if isinstance(values, pa.Array) else pa.array(values, kinds.get(name, _kind(name, path)))
        for name, values in columns.items()
    ]
    return pa.table(arrays, list(columns))


def _kind(name: str, path: Path) -> pa.DataType:
    return pa.bool_() if name == "planned" and path.suffix.lower() == ".parquet" else pa.string()


def event_table(batch: Batch, ids: Sequence[str], kinds: Sequence[str], path: Path) -> pa.Table:
    """Events as rows; `ids` by slot."""
    occurred, received = pa.array(batch.occurred, MOMENT), pa.array(batch.received, MOMENT)
    if path.suffix.lower() != ".parquet":
        occurred, received = (_iso_texts(values) for values in (occurred, received))
    return pa.table(
        {
            "device_id": pa.array(ids, pa.string()).take(pa.array(batch.slot)),
            "kind": pa.array(kinds, pa.string()).take(pa.array(batch.kind)),
            "occurred_at": occurred,
            "received_at": received,
        }
    )


def _iso_texts(values: pa.Array) -> pa.Array:
    return pa.array([value.isoformat(timespec="milliseconds") for value in values.to_pylist()], pa.string())
