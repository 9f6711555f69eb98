"""The tables of `chinesecalendar` as rows (day, is it worked) and as a WorkCalendar. Pure: the tables are constants."""

from collections.abc import Iterable
from datetime import date

from chinese_calendar.constants import holidays, workdays

from wanjia.model.working_time import WorkCalendar

ZONE = "Asia/Shanghai"
SOURCE = "国务院办公厅关于部分节假日安排的通知（chinesecalendar）"


def known_years() -> tuple[int, ...]:
    """Years for which the package holds the announced days. The first and last year are known whole."""
    return tuple(sorted({day.year for day in holidays}))


def rows(years: Iterable[int] | None = None) -> tuple[tuple[date, bool], ...]:
    """Days off and make-up days of the years in order: (day, is it worked). Raises ValueError for an unknown year."""
    wanted = frozenset(known_years() if years is None else years)
    unknown = wanted.difference(known_years())
    if unknown:
        raise ValueError(f"the package knows no days off of {min(unknown)}")
    off = [(day, False) for day in holidays if day.year in wanted]
    worked = [(day, True) for day in workdays if day.year in wanted]
    return tuple(sorted(off + worked))


def named_days(year: int) -> dict[date, tuple[bool, str]]:
    """The year's days that differ from the week, as an action enters them: day -> (is it worked, holiday's name)."""
    return {day: (worked, str(workdays[day] if worked else holidays[day])) for day, worked in rows([year])}


def work_calendar(zone: str = ZONE, years: Iterable[int] | None = None) -> WorkCalendar:
    """The calendar of all known years, or of the given ones."""
    wanted = known_years() if years is None else tuple(years)
    return WorkCalendar.from_rows(rows(wanted), wanted, zone)
