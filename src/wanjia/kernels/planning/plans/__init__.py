"""A choice as a plan: what the planner reads."""
