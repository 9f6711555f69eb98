"""What a store's folder says of its days: their revisions, whether newer arrivals wait, their parts and districts."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from wanjia.series.arrival_reading import sources_of
from wanjia.series.layout import ARRIVALS, DAYS, days_of, part_paths, read_current
from wanjia.series.layout_arrivals import arrivals_of
from wanjia.series.layout_parts import open_part
from wanjia.series.port import DayState


def day_states(root: Path) -> tuple[DayState, ...]:
    """Every day with arrivals or a revision, oldest first."""
    return tuple(_state(root, day) for day in sorted({*days_of(root, ARRIVALS), *days_of(root, DAYS)}))


def _state(root: Path, day: date) -> DayState:
    arrivals, current = len(arrivals_of(root, day)), read_current(root, day)
    if current is None:
        return DayState(day, arrivals)
    is_stale = {source.name for source in sources_of(root, day)} != set(current.arrivals)
    return DayState(day, arrivals, current.revision, current.meters, current.readings, is_stale)


def parts_of(root: Path, day: date, unknown: bool = False) -> list[Path]:
    """Files of the day's revision that counts; none before the first."""
    current = read_current(root, day)
    return [] if current is None else part_paths(root, day, current, unknown)


def districts_of(root: Path, day: date) -> tuple[str, ...]:
    """Districts with meters in the day's revision, sorted."""
    found: set[str] = set()
    for path in parts_of(root, day):
        with open_part(path) as part:
            found |= set(pc.unique(part.read(columns=["district_id"])["district_id"].cast(pa.string())).to_pylist())
    return tuple(sorted(found))
