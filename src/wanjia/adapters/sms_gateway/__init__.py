"""Short messages through the company's gateway."""
