"""How often and how long supply failed: measured from interruptions, or foretold from failure rates (`.prediction`)."""
