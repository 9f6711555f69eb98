"""Lines as GeoJSON, as every mapping program writes them."""
