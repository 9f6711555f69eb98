"""Reads of the territory: who answers, maps, organisations, posts."""
