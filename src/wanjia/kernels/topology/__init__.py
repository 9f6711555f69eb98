"""What is energised in a switch state, and what hangs below what. Needs Numba: import `.compiled` and `.tracing`."""
