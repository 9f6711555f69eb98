"""One day of a city: energy in against energy out, district by district."""
