"""Work that was done without signal and is sent later: once, whatever happens on the way, and never over somebody's."""
