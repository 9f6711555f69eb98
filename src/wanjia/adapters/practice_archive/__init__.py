"""Practices that travel from one company to another: a ZIP with a manifest, digests and an Ed25519 signature."""
