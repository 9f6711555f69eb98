"""Texts written to a file, where no way out of the house has been configured."""
