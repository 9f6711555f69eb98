"""Reads of the standing: indicators computed from cases."""
