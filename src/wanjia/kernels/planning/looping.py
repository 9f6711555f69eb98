"""How the loops of this room are compiled."""

from wanjia import compiled

loop = compiled.loop(_nrt=False)
"""Compiles a function that allocates nothing.

Without Numba's reference counting: the loops hand some fifty arrays from one to the other, and counting who holds each
of them took three quarters of the time.
"""
