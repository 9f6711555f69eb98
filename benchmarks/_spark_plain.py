"""What one writes by hand in plain Spark for a day's district table: over wide columns, and over long rows.

Fewer checks than ours: flags are negative, spike, all zero and gap; no runs of zeros or of one value, no curves, no
intervals in which a master is missing.
"""

from functools import reduce
from operator import add
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

SLOTS = 96
MASTER, CUSTOMER = 0, 1
SPIKE_KWH = 12.0


def slot_names() -> list[str]:
    """Columns of the wide table."""
    return [f"slot_{at:02d}" for at in range(SLOTS)]


def wide_answer(spark: SparkSession, folder: Path) -> DataFrame:
    """From a row a meter with a column a slot (smallint counts, null: no reading): a formula of 96 terms.

    Without any flag: with those, the formulas outgrow what Spark compiles at once, and it takes ten times as long.
    """
    data = spark.read.parquet(str(folder))
    slots = [data[name] for name in slot_names()]
    meters = data.select(
        "district_id", "role",
        (reduce(add, [F.coalesce(slot, F.lit(0)).cast("int") for slot in slots]) * data.unit_kwh).alias("energy"),
        reduce(add, [slot.isNotNull().cast("int") for slot in slots]).alias("present"),
    )  # fmt: skip
    return _districts(meters, [])


def array_answer(spark: SparkSession, folder: Path) -> DataFrame:
    """The same columns as an array: functions over arrays instead of a formula of 96 terms, quicker to compile."""
    data = spark.read.parquet(str(folder))
    there = F.filter(F.array(*[data[name] for name in slot_names()]), lambda slot: slot.isNotNull())
    meters = data.select("district_id", "role", "unit_kwh", there.alias("there")).select(
        "district_id", "role",
        (F.aggregate("there", F.lit(0), lambda total, slot: total + slot) * F.col("unit_kwh")).alias("energy"),
        F.size("there").alias("present"), F.array_min("there").alias("low"),
        (F.array_max("there") * F.col("unit_kwh")).alias("high"), F.array_max("there").alias("top"),
    )  # fmt: skip
    return _districts(meters, _flags(meters))


def long_answer(spark: SparkSession, folder: Path) -> DataFrame:
    """From a row a reading; meters first, since flags are theirs."""
    data = spark.read.parquet(str(folder))
    meters = data.groupBy("district_id", "meter_id", "role").agg(
        F.sum(data.energy_kwh).alias("energy"), F.count(data.energy_kwh).alias("present"),
        F.min(data.energy_kwh).alias("low"), F.max(data.energy_kwh).alias("high"), F.max(data.energy_kwh).alias("top"),
    )  # fmt: skip
    return _districts(meters, _flags(meters))


def _flags(meters: DataFrame) -> list[Column]:
    """How many meters of a district are odd, and how."""
    odd = {
        "negative": meters.low < 0, "spike": (meters.role == CUSTOMER) & (meters.high > SPIKE_KWH),
        "all_zero": (meters.low == 0) & (meters.top == 0), "gap": meters.present < SLOTS,
    }  # fmt: skip
    return [_total(where, F.lit(1)).alias(name) for name, where in odd.items()]


def _districts(meters: DataFrame, flags: list[Column]) -> DataFrame:
    is_customer, is_master = meters.role == CUSTOMER, meters.role == MASTER
    found = meters.groupBy("district_id").agg(
        _total(is_master, meters.energy).alias("energy_in_kwh"),
        _total(is_customer, meters.energy).alias("energy_out_kwh"),
        _total(is_customer, meters.present).alias("readings"), _total(is_customer, F.lit(1)).alias("customers"),
        _total(is_master, meters.present).alias("master_readings"), _total(is_master, F.lit(1)).alias("masters"),
        *flags,
    )  # fmt: skip
    loss = found.energy_in_kwh - found.energy_out_kwh
    rate, coverage = loss / found.energy_in_kwh, found.readings / (found.customers * SLOTS)
    is_sound = (found.masters > 0) & (coverage >= 0.98) & (found.master_readings >= 0.98 * SLOTS * found.masters)
    band = F.when(~is_sound | (found.energy_in_kwh <= 0), "not_computable").when(rate >= 0.06, "high")
    band = band.when(rate <= -0.01, "negative").when((rate >= 0) & (rate <= 0.04), "economic").otherwise("normal")
    return found.select("*", loss.alias("loss_kwh"), rate.alias("loss_rate"), coverage.alias("coverage"),
                        band.alias("band")).sort("district_id")  # fmt: skip


def _total(when: Column, value: Column) -> Column:
    return F.sum(F.when(when, value).otherwise(0))
