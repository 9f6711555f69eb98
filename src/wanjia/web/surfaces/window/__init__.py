"""The window: partner bodies see their own tasks with their part of the papers; a counter has whole cases."""
