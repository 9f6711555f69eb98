"""SQLite for the embedded column: Django's own, with its writers standing in line."""
