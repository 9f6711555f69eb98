"""What a row of a log is, and the column names that need no map."""

from collections.abc import Mapping
from typing import NamedTuple


class Row(NamedTuple):
    """One event as text. `line` is the line of a CSV file, or the number of the event in an XES file."""

    line: int
    case: str
    activity: str
    time: str
    started: str
    transition: str
    instance: str
    group: str
    resource: str
    department: str
    case_start: str
    case_end: str
    case_deadline: str


ROLES = Row._fields[1:]
REQUIRED = ("case", "activity", "time")

STANDARD_NAMES: Mapping[str, str] = {
    "case": "case:concept:name",
    "activity": "concept:name",
    "time": "time:timestamp",
    "started": "start_timestamp",
    "transition": "lifecycle:transition",
    "instance": "concept:instance",
    "group": "org:group",
    "resource": "org:resource",
    "department": "case:department",
    "case_start": "case:startdate",
    "case_end": "case:enddate",
    "case_deadline": "case:deadline",
}
"""The XES standard's names (IEEE 1849), with `case:` before what belongs to the case, as process-mining tools write
them to CSV; the dates and the department are those of the CoSeLoG logs."""

LOG_BYTES_MAX = 256 * 1024 * 1024
"""A log is read as a whole; this is some years of a large company's cases and fits an office machine's memory."""

EVENTS_MAX = 1_000_000
"""Events of one log, for the same reason: about 2 kB of memory each, and a minute or two in all."""

CASE_ID_CHARACTERS_MAX = 64
"""As for every identifier of the file formats."""
