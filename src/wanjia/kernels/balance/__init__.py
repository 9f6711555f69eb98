"""Energy in against energy out."""
