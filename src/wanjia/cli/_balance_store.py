"""The balance of a day that a measurement store has compacted."""

from datetime import date
from pathlib import Path

from wanjia import wiring
from wanjia.kernels.balance.day.bands import Edition
from wanjia.kernels.balance.day.expected import Expected
from wanjia.kernels.balance.day.losses import DistrictDay
from wanjia.model.faults import Fault, Refused, Where
from wanjia.series.duckdb.store import DuckDBStore
from wanjia.series.port import MeasurementStore, Tell

StoreDay = tuple[DistrictDay | None, str, list[Fault], dict[str, int]]


def store_day(
    root: Path, expected: Expected, bands: Edition, day: date, zone: str | None, how: tuple[str, Tell]
) -> StoreDay:
    """The balance (none: the day is not there), the store's zone, faults, counts of the day; how: engine, progress."""
    engine, tell = how
    try:
        store: MeasurementStore = wiring.new_spark_store(root) if engine == "spark" else DuckDBStore(root)
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
    found = store.balance(day, expected, bands, tell)
    return found, store.zone, faults, {"taken": state.readings}
