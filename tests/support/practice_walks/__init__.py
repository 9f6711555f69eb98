"""Walks a practice's own scenario through the product's pages: the story, its cast in the small world, who does what."""
