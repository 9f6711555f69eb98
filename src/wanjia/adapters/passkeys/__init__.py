"""Passkeys: what a person's own device signs after it was unlocked."""
