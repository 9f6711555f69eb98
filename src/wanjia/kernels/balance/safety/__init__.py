"""What monitors and homes tell, against dated thresholds."""
