"""What may be shown of an anonymous survey: nothing of fewer than ten people, nor anything from which that follows.

Groups do not overlap, and the total is all of them. Whoever knows the total and some groups also knows what is left
over; so that remainder too must be nobody or ten people.
"""

from collections.abc import Mapping

ANSWERS_MIN = 10
"""People behind every figure that is shown, and behind every difference of two."""

BAND_PERCENT = 10
"""Shares are shown in steps of ten percent, and the two ends are open: who reads `90 % or more` does not learn that all
answered alike, and one answer more or less seldom moves the figure."""


def total_shown(answers: Mapping[str, int]) -> bool:
    """Whether anything at all may be shown of these groups (group -> people who answered)."""
    return sum(answers.values()) >= ANSWERS_MIN


def groups_shown(answers: Mapping[str, int]) -> frozenset[str]:
    """Groups that may stand beside the total.

    Those of fewer than ten are withheld; while what is withheld together is fewer than ten people, the smallest group
    that would be shown is withheld as well (complementary suppression). A tie goes to the last name, so that the same
    answers always give the same page.
    """
    if not total_shown(answers):
        return frozenset()
    shown = sorted((count, name) for name, count in answers.items() if count >= ANSWERS_MIN)
    left_over = sum(answers.values()) - sum(count for count, _ in shown)
    while shown and 0 < left_over < ANSWERS_MIN:
        count, _ = shown.pop(0)
        left_over += count
    return frozenset(name for _, name in shown)


def share_band(favourable: int, answers: int) -> int:
    """The share in percent, to the nearest step, from 10 (`10 % or less`) to 90 (`90 % or more`). Raises ValueError for
    fewer answers than may be shown."""
    if answers < ANSWERS_MIN or not 0 <= favourable <= answers:
        raise ValueError(f"{favourable} of {answers}")
    steps = (2 * favourable * 100 + answers * BAND_PERCENT) // (2 * answers * BAND_PERCENT)
    return min(max(steps * BAND_PERCENT, BAND_PERCENT), 100 - BAND_PERCENT)
