"""Many days of single meters: what looks wrong, and values in its place."""
