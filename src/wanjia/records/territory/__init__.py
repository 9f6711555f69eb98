"""Organisations, cells, posts and who holds them on which day, people, contact cards."""
