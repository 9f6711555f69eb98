"""Signed notifications to other systems."""
