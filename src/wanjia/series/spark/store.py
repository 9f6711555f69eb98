"""The measurement store on many machines: the same folder on shared storage, compacted and summed by Spark.

What is small or waits for a disk is done by the driver with the code of the store in one process: accepting readings,
one meter's history, keeping results. What reads a whole day, or years of results, is spread over the workers.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from wanjia.kernels.balance.day.bands import Edition
from wanjia.kernels.balance.day.expected import Expected
from wanjia.kernels.balance.day.losses import DistrictDay, finish
from wanjia.kernels.balance.day.sums import Sums
from wanjia.model.readings import Block, slots_of
from wanjia.series.arrival_rows import Days
from wanjia.series.arriving import accept
from wanjia.series.compacting import MEMORY_BYTES, Compacting, compact_day
from wanjia.series.day_states import day_states, districts_of, parts_of
from wanjia.series.keeping import CURVES_FILE, DISTRICTS_FILE, keep_results, result_paths
from wanjia.series.layout import create_or_open, open_form
from wanjia.series.layout_parts import read_blocks, read_named_blocks
from wanjia.series.meter_history import readings_of
from wanjia.series.port import Batches, Compaction, DayState, Kept, Receipt, Tell, silent
from wanjia.series.register import Register
from wanjia.series.spark.compacting import SparkCompacting
from wanjia.series.spark.session import spark_session
from wanjia.series.spark.summing import day_sums


class SparkStore:
    """A store's folder on storage that every worker sees; see `MeasurementStore` for what each method promises."""

    def __init__(self, root: Path, zone: str = "", spark: SparkSession | None = None) -> None:
        """Opens the store; with a zone, makes it where there is none. Raises Refused."""
        self.root = root.resolve()
        self._given = spark
        self._zone = (create_or_open(self.root, zone) if zone else open_form(self.root)).zone

    @cached_property
    def _spark(self) -> SparkSession:
        """Begun when something is spread over workers, not before."""
        return self._given or spark_session("wanjia measurements")

    @property
    def zone(self) -> str:
        """The zone in which the store's days begin."""
        return self._zone

    def ingest(self, batches: Batches, source: str) -> Receipt:
        """All readings or none; on disk for good when it returns."""
        return accept(self.root, self._zone, batches, source)

    def days(self) -> tuple[DayState, ...]:
        """Every day with arrivals or a revision, oldest first."""
        return day_states(self.root)

    def compact(self, day: date, register: Register, tell: Tell = silent) -> Compaction:
        """Makes the day's revision of everything that arrived, a range of meters on each worker."""

        def make(root: Path, days: Days, day: date, register: Register, tell: Tell) -> Compacting:
            return SparkCompacting(self._spark, root, days, day, register, tell)

        return compact_day(self.root, self._zone, day, register, tell, MEMORY_BYTES, make)

    def districts(self, day: date) -> tuple[str, ...]:
        """Districts with meters in the day's revision, sorted."""
        return districts_of(self.root, day)

    def blocks(self, day: date, districts: Sequence[str] | None = None) -> Iterator[Block]:
        """The day's meters on these districts, to the driver; `balance` leaves them where they lie."""
        return read_blocks(parts_of(self.root, day), self.districts(day) if districts is None else districts)

    def named_blocks(self, day: date, districts: Sequence[str]) -> Iterator[tuple[pa.Array, Block]]:
        """The day's meters on these districts, with their ids."""
        return read_named_blocks(parts_of(self.root, day), districts)

    def sums(self, day: date, expected: Expected, tell: Tell = silent) -> Sums:
        """The additive sums of the day's revision over the expected districts, counted on the workers."""
        return day_sums(self._spark, parts_of(self.root, day), expected, slots_of(day, self._zone), tell)

    def balance(self, day: date, expected: Expected, bands: Edition, tell: Tell = silent) -> DistrictDay:
        """The balance of the day's revision over the expected districts."""
        return finish(self.sums(day, expected, tell), expected, bands)

    def meter_readings(self, meter_ids: Sequence[str], first_day: date, last_day: date) -> pa.Table:
        """Compacted readings of some meters, by meter and time."""
        return readings_of(self.root, Days(self._zone), meter_ids, first_day, last_day)

    def keep(self, day: date, districts: pa.Table, curves: pa.Table | None = None) -> Kept:
        """Keeps a day's results and says which figures changed."""
        return keep_results(self.root, day, districts, curves)

    def results(self, first_day: date, last_day: date, districts: Sequence[str] | None = None) -> pa.Table:
        """District tables of these days, sorted by day and district."""
        paths = result_paths(self.root, first_day, last_day, DISTRICTS_FILE)
        if not paths:
            return pa.table({"day": pa.array([], pa.date32()), "district_id": pa.array([], pa.string())})
        tables = [self._read([path], districts).selectExpr(f"DATE '{day}' AS day", "*") for day, path in paths]
        found = tables[0]
        for table in tables[1:]:
            found = found.unionByName(table, allowMissingColumns=True)
        return found.sort("day", "district_id").toArrow()

    def curves(self, day: date, districts: Sequence[str]) -> pa.Table:
        """Curves of these districts as they were kept."""
        paths = [path for _, path in result_paths(self.root, day, day, CURVES_FILE)]
        if not paths:
            return pa.table({"district_id": pa.array([], pa.string())})
        return self._read(paths, districts).sort("district_id").toArrow()

    def _read(self, paths: Sequence[Path], districts: Sequence[str] | None) -> DataFrame:
        found = self._spark.read.parquet(*(str(path) for path in paths))
        return found if districts is None else found.where(found.district_id.isin(list(districts)))
