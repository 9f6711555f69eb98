"""E-mail through the company's own mail server."""
