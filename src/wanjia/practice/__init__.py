"""What a practice is: read, checked, told as scenarios, simulated. Pure: no clock, no chance, no I/O, no Django."""
