"""Work lists and plans as JSON files."""
