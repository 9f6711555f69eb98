"""Personal data shown for some minutes on the pages of one case, after a reason was given."""

from datetime import datetime, timedelta

from django.http import HttpRequest

REVEALED_MINUTES = 10
"""How long data stays unmasked on the page of one case: a telephone call, not a working day."""
REVEALED_IN_SESSION = "revealed"


def is_revealed(request: HttpRequest, number: str) -> bool:
    """Whether this session gave a reason for this case within the last minutes."""
    until = request.session.get(REVEALED_IN_SESSION, {}).get(number)
    return bool(until) and datetime.fromisoformat(until) > request.now


def keep_revealed(request: HttpRequest, number: str) -> None:
    """Show the case unmasked for some minutes; what has run out is forgotten."""
    now = request.now
    known = request.session.get(REVEALED_IN_SESSION, {})
    still = {key: until for key, until in known.items() if datetime.fromisoformat(until) > now}
    request.session[REVEALED_IN_SESSION] = {**still, number: (now + timedelta(minutes=REVEALED_MINUTES)).isoformat()}
