"""Tries counted in the store, so that all processes of the distributed column count together.

One statement a try: whoever tries at the same moment in another process is counted too, without a lock that waits.
"""

from datetime import datetime, timedelta

from django.db import connection

from wanjia.records.territory.models import Attempts

_COUNT = """
INSERT INTO territory_attempts AS known (key, count, until) VALUES (%s, 1, %s)
ON CONFLICT (key) DO UPDATE SET
  count = CASE WHEN known.until <= %s THEN 1 ELSE known.count + 1 END,
  until = CASE WHEN known.until <= %s THEN excluded.until ELSE known.until END
RETURNING count
"""


def count_attempt(key: str, span: timedelta, now: datetime) -> int:
    """Count one try and say how many there were since the first of its span, this one included."""
    at, until = (connection.ops.adapt_datetimefield_value(moment) for moment in (now, now + span))
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [key, until, at, at])
        count = int(cursor.fetchone()[0])
    if count == 1:  # a new span: the moment to forget those that are over
        Attempts.objects.filter(until__lte=now).delete()
    return count


def attempts(key: str, now: datetime) -> int:
    """How many tries there were in the span that runs now."""
    return Attempts.objects.filter(key=key, until__gt=now).values_list("count", flat=True).first() or 0
