"""What an event log says about the past: time, rework, broken clocks, serial against parallel. Pure."""
