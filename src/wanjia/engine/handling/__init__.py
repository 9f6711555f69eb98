"""What each event does to a case, one file a family of events."""
