"""Walks a scenario of a practice through the product's pages: the story, its cast in the small world, who does what."""
