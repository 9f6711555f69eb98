"""The few dozen steps of one project."""
