"""What the load of a customer or of a village says."""
