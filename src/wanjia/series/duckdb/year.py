"""Results over many days by SQL: a small file a day, of which only the asked districts are read."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

THREADS = 2
"""Of a query; the store shares its machine with the pages."""


def results_of(paths: Sequence[tuple[date, Path]], districts: Sequence[str] | None) -> pa.Table:
    """The tables of these days under each other, `day` first, sorted by day and district."""
    if not paths:
        return pa.table({"day": pa.array([], pa.date32()), "district_id": pa.array([], pa.string())})
    chosen = "" if districts is None else "WHERE district_id IN (SELECT unnest($districts))"
    given = {} if districts is None else {"districts": list(districts)}
    query = f"""
        SELECT CAST(regexp_extract(filename, 'day=(\\d{{4}}-\\d{{2}}-\\d{{2}})', 1) AS DATE) AS "day",
            * EXCLUDE (filename)
        FROM read_parquet($paths, filename = true, union_by_name = true, hive_partitioning = false) {chosen}
        ORDER BY "day", district_id
    """
    return _asked(query, {"paths": [str(path) for _, path in paths], **given})


def curves_of(paths: Sequence[Path], districts: Sequence[str]) -> pa.Table:
    """The curves of these districts."""
    if not paths:
        return pa.table({"district_id": pa.array([], pa.string())})
    query = """
        SELECT * FROM read_parquet($paths, hive_partitioning = false)
        WHERE district_id IN (SELECT unnest($districts)) ORDER BY district_id
    """
    return _asked(query, {"paths": [str(path) for path in paths], "districts": list(districts)})


def _asked(query: str, values: dict[str, object]) -> pa.Table:
    with duckdb.connect(config={"threads": THREADS, "autoinstall_known_extensions": False}) as connection:
        return connection.sql(query, params=values).to_arrow_table()
