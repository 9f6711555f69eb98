"""Protection zones along power lines: how wide, which points and areas lie inside, and by how much."""
