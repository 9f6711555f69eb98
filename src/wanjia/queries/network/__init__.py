"""Reads of the network: outages, the live board, the map, reliability, what the public may know."""
