"""Safety gateways: what monitors in stairwells and homes measured, as JSON over MQTT or in a file."""
