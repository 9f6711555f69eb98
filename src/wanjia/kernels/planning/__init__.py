"""Which work when, by which means."""
