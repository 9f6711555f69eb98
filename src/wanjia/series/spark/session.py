"""The session: which cluster, how much memory, and Python workers that stay."""

import os
import sys

from pyspark.sql import SparkSession

MASTER_VARIABLE, MEMORY_VARIABLE, PARTITIONS_VARIABLE = (
    "WANJIA_SPARK_MASTER", "WANJIA_SPARK_MEMORY", "WANJIA_SPARK_PARTITIONS",
)  # fmt: skip
LOCAL_MASTER, LOCAL_MEMORY = "local[*]", "3g"
ROWS_A_BATCH = 16_384
"""Meter-days a batch of Arrow: 3 MB of slots, so that a worker's batch stays in the processor's cache."""
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.maxRecordsPerBatch": str(ROWS_A_BATCH),
    "spark.sql.parquet.enableVectorizedReader": "true",
    "spark.python.worker.reuse": "true",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.streaming.ui.enabled": "false",
    # A district's rows are few megabytes; the kernel's workers are Python, so the plan is what is written here.
    "spark.sql.adaptive.enabled": "false",
}
"""What does not depend on the cluster."""


def spark_session(name: str) -> SparkSession:
    """The process's session, made at the first call; later calls give the same one.

    WANJIA_SPARK_MASTER names the cluster (default: this machine), WANJIA_SPARK_MEMORY the driver's memory,
    WANJIA_SPARK_PARTITIONS into how many parts rows are divided by key (default: the cluster's cores). Everything else
    is Spark's own configuration (`spark-defaults.conf`).
    """
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)
    master = os.environ.get(MASTER_VARIABLE, LOCAL_MASTER)
    builder = SparkSession.builder.appName(name).master(master)
    for key, value in SETTINGS.items():
        builder = builder.config(key, value)
    builder = builder.config("spark.driver.memory", os.environ.get(MEMORY_VARIABLE, LOCAL_MEMORY))
    if master.startswith("local"):
        builder = builder.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    partitions = os.environ.get(PARTITIONS_VARIABLE) or str(session.sparkContext.defaultParallelism)
    session.conf.set("spark.sql.shuffle.partitions", partitions)
    return session
