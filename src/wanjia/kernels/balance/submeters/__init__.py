"""One building: sub-meters against the main meter before them."""
