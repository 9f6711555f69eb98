"""The search for a plan within a given time."""
