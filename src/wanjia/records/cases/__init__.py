"""Cases, tasks, clocks, papers, messages, letters, ratings, practices, calendar years, history."""
