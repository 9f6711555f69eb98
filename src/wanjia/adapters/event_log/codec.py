"""Bytes of an event log to a log, or to everything that is wrong with it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from wanjia.adapters.event_log.cases import CaseBuilder
from wanjia.adapters.event_log.column_map import ColumnMap, read_map
from wanjia.adapters.event_log.csv_rows import csv_rows
from wanjia.adapters.event_log.findings import Findings
from wanjia.adapters.event_log.rows import LOG_BYTES_MAX, Row
from wanjia.adapters.event_log.xes_rows import xes_rows
from wanjia.kernels.history.nouns import COMPLETE, Case, Log
from wanjia.model.faults import Fault, Refused

FORMATS = (".csv", ".xes")


@dataclass(frozen=True)
class Decoded:
    """A log, or the reasons against it. `notices` name what was left out of an accepted log."""

    log: Log | None
    faults: tuple[Fault, ...]
    notices: tuple[Fault, ...]


def decode_map(file: str, data: bytes) -> ColumnMap:
    """A column map. Raises Refused with every fault."""
    findings = Findings(file)
    column_map = read_map(data, findings)
    if findings.count:
        raise Refused(findings.all())
    return column_map


def decode(file: str, data: bytes, column_map: ColumnMap | None = None) -> Decoded:
    """The log of a `.csv` or `.xes` file; `file` is its name as a person knows it."""
    settings = column_map or ColumnMap()
    findings, notices = Findings(file), Findings(file)
    builder = CaseBuilder(settings, ZoneInfo(settings.zone) if settings.zone else None, findings, notices)
    builder.take(_rows(file, data, settings, findings))
    cases = builder.cases()
    if not findings.count:
        _refuse_empty(cases, findings)
    if findings.count:
        return Decoded(None, findings.all(), ())
    return Decoded(Log(cases), (), notices.all())


def _rows(file: str, data: bytes, settings: ColumnMap, findings: Findings) -> Iterator[Row]:
    """The rows by the format that the name's ending says."""
    if len(data) > LOG_BYTES_MAX:
        findings.add("history.too_large", limit_mb=LOG_BYTES_MAX // 1024**2)
    elif not data.strip():
        findings.add("history.empty_file")
    elif file.lower().endswith(".xes"):
        yield from xes_rows(data, settings.names, findings)
    elif file.lower().endswith(".csv"):
        yield from csv_rows(data, settings.encoding, settings.names, findings)
    else:
        findings.add("history.unknown_format", known=", ".join(FORMATS))


def _refuse_empty(cases: tuple[Case, ...], findings: Findings) -> None:
    """A log without events, or in which nothing was ever completed, says nothing."""
    if not cases:
        findings.add("history.no_events")
    elif not any(event.transition == COMPLETE for case in cases for event in case.events):
        found = sorted({event.transition for case in cases for event in case.events})
        findings.add("history.nothing_completed", found=", ".join(found[:10]))
