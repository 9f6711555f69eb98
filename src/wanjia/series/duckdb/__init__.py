"""Measurements in one process: Parquet files, DuckDB where SQL is best."""
