"""A company's event log: CSV with a column map, or XES."""
