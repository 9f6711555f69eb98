"""What a practice is: its files read, checked, told as scenarios and simulated. Pure: no clock, no chance, no I/O, no Django."""
