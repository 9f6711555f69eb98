"""Nouns: places, working time, faults, money. Frozen, typed, standard library (and NumPy dtypes) only."""
