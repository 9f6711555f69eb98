"""Which device opened: a pure step from meter events to outages. Needs Numba: import `.step`, `.grid` and `.nouns`."""
