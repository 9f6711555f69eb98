"""What a choice and a move cost: running sums, compiled."""
