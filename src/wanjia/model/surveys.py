"""The questions of a pulse survey: one catalogue, about the work and nothing else; their words are texts `pulse.q.*`.

There is no question about persons, opinions, beliefs or mood, and no free text: a practice chooses from these.
"""

QUESTIONS = ("workload", "rest", "tools", "safety", "training", "information", "support")
VALUES = (1, 2, 3, 4, 5)
"""From `not at all` to `fully`."""

RATHER_NOT = 0
FAVOURABLE = (4, 5)

GROUPS_MAX = 40
PEOPLE_MAX = 5_000
"""In one group; bounds the tickets that one click prints."""
