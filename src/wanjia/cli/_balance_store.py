"""The sums of a day that a measurement store has compacted."""

from datetime import date
from pathlib import Path

from wanjia.kernels.balance.expected import Expected
from wanjia.kernels.balance.sums import Sums
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.readings import slots_of
from wanjia.series.balancing import sums_of_parts
from wanjia.series.duckdb.store import DuckDBStore
from wanjia.series.port import Tell

StoreSums = tuple[Sums | None, str, list[Fault], dict[str, int]]


def store_sums(root: Path, expected: Expected, day: date, zone: str | None, told: Tell) -> StoreSums:
    """The sums (none: the day is not there), the store's zone, faults, counts of the day."""
    try:
        store = DuckDBStore(root)
    except Refused as refused:
        return None, zone or "UTC", list(refused.faults), {}
    where = Where(root.name)
    if zone not in (None, store.zone):
        return None, store.zone, [Fault("series.other_zone", where, {"zone": store.zone, "asked": zone})], {}
    state = next((each for each in store.days() if each.day == day), None)
    if state is None or not state.revision:
        code = "balance.day_not_there" if state is None else "balance.day_not_compacted"
        return None, store.zone, [Fault(code, where, {"day": day.isoformat()})], {}
    faults = [Fault("balance.day_stale", where, {"day": day.isoformat()})] if state.stale else []
    sums = sums_of_parts(store.parts(day), expected, slots_of(day, store.zone), told)
    return sums, store.zone, faults, {"taken": state.readings}
