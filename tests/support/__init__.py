"""Builders, the parts of the machine that tests start themselves, and what they are found by."""
