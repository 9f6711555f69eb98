"""Rows: the Django models, divided by subject, and the few look-ups on them that both verbs and reads need."""
