"""A work list as a problem: what the planner writes, as arrays."""
