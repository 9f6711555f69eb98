"""Feeders, transformer districts, customers, outages."""
