"""The checks of `tools/tidy.py`, one file per kind of thing that is looked at. Each check: Tree -> faults."""
