"""One JSON document, posted to a configured address."""
