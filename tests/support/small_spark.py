"""How small Spark is in a test."""

SMALL = {"WANJIA_SPARK_MASTER": "local[2]", "WANJIA_SPARK_MEMORY": "1g", "WANJIA_SPARK_PARTITIONS": "2"}
"""Environment of a session: two threads, as little memory as Spark takes."""
