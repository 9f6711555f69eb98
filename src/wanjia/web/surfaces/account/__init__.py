"""Signing in and out, language, one's own password."""
