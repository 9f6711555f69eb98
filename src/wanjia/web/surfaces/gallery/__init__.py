"""The gallery of practices: read what a practice does, and try it out on a clock of its own."""
