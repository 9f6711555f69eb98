"""Wanjia (万家): the platform on which a power-supply company serves the places it supplies."""

__version__ = "0.1.0"
