"""Lower bounds that hold for every plan."""
