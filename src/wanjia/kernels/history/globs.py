"""Names of activities in a column map: exact, or with `*` for any run of characters. Nothing else is special."""

import re
from collections.abc import Iterable
from functools import lru_cache

PATTERNS_KEPT_MAX = 4096
"""Compiled patterns kept at once; a map holds far fewer."""


def matches(patterns: Iterable[str], name: str) -> bool:
    """Whether any pattern covers the whole name."""
    return any(_compiled(pattern).fullmatch(name) for pattern in patterns)


@lru_cache(PATTERNS_KEPT_MAX)
def _compiled(pattern: str) -> re.Pattern[str]:
    # A run of stars is one star: otherwise the matcher tries every split between them.
    pieces = re.split(r"\*+", pattern)
    return re.compile(".*".join(re.escape(piece) for piece in pieces), re.DOTALL)
