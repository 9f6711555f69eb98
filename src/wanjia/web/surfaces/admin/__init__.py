"""Keeping the product: organisations, people, posts, territory, calendars, practices, and what is to be watched."""
