"""Surveys of how the work goes: what is asked, tickets that nobody is named on, and counts of answers."""
