"""Case numbers: prefix, day, running number of the day."""

from datetime import datetime

from django.db import connection, transaction

from wanjia.records.cases.calendar import work_calendar

NEXT = """
    INSERT INTO cases_casecounter (prefix, day, last) VALUES (%s, %s, %s)
    ON CONFLICT (prefix, day) DO UPDATE SET last = cases_casecounter.last + EXCLUDED.last
    RETURNING last
"""
"""Both stores count and answer in one statement; the ORM would need two or four."""


def next_number(prefix: str, now: datetime) -> str:
    """The next number of the prefix on the company's day, such as `BM26112200012`.

    Taken in a transaction of its own, so that nobody who opens a case waits for another one's commit. A number whose
    case is then refused stays unused.
    """
    return next_numbers(prefix, now, 1)[0]


def next_numbers(prefix: str, now: datetime, count: int) -> list[str]:
    """The same for several at once, one after the other."""
    day = work_calendar().day_of(now)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(NEXT, [prefix, day, count])
        (last,) = cursor.fetchone()
    return [f"{prefix}{day:%y%m%d}{number:05d}" for number in range(last - count + 1, last + 1)]
