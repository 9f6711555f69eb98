"""Meter events over MQTT: payloads, the journal that keeps them, the broker's client, and replay from files."""
