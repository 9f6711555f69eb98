"""Reads of cases: lists, pages, follow-up, papers."""
