"""Network folders, and the grids and circuits of other software that become network folders."""
