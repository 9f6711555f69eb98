"""The case machine: `(case, event, now) -> (case, commands)`. Pure: no clock, no chance, no I/O, no Django."""
