"""Plain reading tables, CSV and Parquet, long and wide, as batches for `ingest`; DuckDB reads and checks them."""
