"""Verbs of the network: what the sensor or a person says of an outage becomes rows, a case and messages."""
