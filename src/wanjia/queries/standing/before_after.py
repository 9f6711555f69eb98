"""Did a practice help? Its indicators station by station, as long before as after the day on which it came."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from wanjia.model.actors import Actor
from wanjia.model.jsonvalue import Facts, Json
from wanjia.queries.standing.indicators import Figure, PracticeFigures, Scope, practice_figures
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.models import HistoryEntry, PracticeVersion
from wanjia.records.territory.models import Organisation

MONTHS_COMPARED = 3
MONTHS_MAX = 24


@dataclass(frozen=True)
class Compared:
    """One indicator at one place (empty: everywhere): its value and how many values it was taken from.

    None where there was nothing to measure. `better` is None when it cannot be said.
    """

    indicator: str
    name: str
    unit: str
    place: str
    place_name: str
    before: float | None
    before_count: int
    after: float | None
    after_count: int
    better: bool | None


@dataclass(frozen=True)
class Effect:
    """Both periods, in the company's days, both ends included; `complete` when the later one is over."""

    before_from: date
    before_until: date
    after_from: date
    after_until: date
    complete: bool
    rows: tuple[Compared, ...]


def effect(
    actor: Actor, version: PracticeVersion, now: datetime, language: str, months: int = MONTHS_COMPARED
) -> Effect:
    """Before and after the version came, over cases that the actor may see."""
    calendar = work_calendar()
    came, today = calendar.day_of(_began_at(version)), calendar.day_of(now)
    months = max(1, min(MONTHS_MAX, months))
    begin, end = _moved(came, -months), min(today, _moved(came, months) - timedelta(days=1))
    before = _figures(actor, version.name, begin, came - timedelta(days=1), now, language)
    after = _figures(actor, version.name, came, max(end, came), now, language)
    complete = today >= _moved(came, months)
    return Effect(
        begin, came - timedelta(days=1), came, max(end, came), complete, tuple(_rows(before, after, language))
    )


def results(actor: Actor, name: str, now: datetime, language: str, months: int = MONTHS_COMPARED) -> tuple[Facts, ...]:
    """What a practice brought in the last months, as rows that travel with it: by indicator and place."""
    today = work_calendar().day_of(now)
    first = _moved(today, -months)
    found = _figures(actor, name, first, today, now, language)
    places = _place_names(language)
    rows: list[Facts] = []
    for figure in found.figures if found else ():
        for place, value, count in (("", figure.value, len(figure.rows)), *figure.by_place):
            row: dict[str, Json] = {
                "indicator": figure.id, "name": figure.name, "unit": figure.unit, "better": figure.better,
                "place": places.get(place, place), "first": first.isoformat(), "last": today.isoformat(),
                "value": None if value is None else round(value, 4), "count": count,
            }  # fmt: skip
            rows.append(row)
    return tuple(rows)


def _began_at(version: PracticeVersion) -> datetime:
    """When cases last began to run on it: a candidate comes with its activation, not with its installation."""
    entries = HistoryEntry.objects.filter(subject=f"practice:{version.name}", verb="practice_activated")
    found = entries.filter(data__version=version.version).order_by("-sequence").values_list("at", flat=True).first()
    return found or version.installed_at


def _figures(actor: Actor, name: str, first: date, last: date, now: datetime, language: str) -> PracticeFigures | None:
    found = practice_figures(actor, Scope(first, last), now, language, only=name)
    return found[0] if found else None


def _rows(before: PracticeFigures | None, after: PracticeFigures | None, language: str) -> list[Compared]:
    earlier = {figure.id: figure for figure in before.figures} if before else {}
    names, rows = _place_names(language), []
    for figure in after.figures if after else ():
        known = earlier.get(figure.id)
        was = _by_place(known) if known else {}
        now = _by_place(figure)
        for place in ("", *sorted({*was, *now} - {""})):
            old, old_count = was.get(place, (None, 0))
            new, new_count = now.get(place, (None, 0))
            rows.append(
                Compared(figure.id, figure.name, figure.unit, place, names.get(place, place), old, old_count, new,
                         new_count, _better(figure.better, old, new))
            )  # fmt: skip
    return rows


def _by_place(figure: Figure) -> dict[str, tuple[float | None, int]]:
    return {"": (figure.value, len(figure.rows)), **{place: (value, count) for place, value, count in figure.by_place}}


def _better(wanted: str, before: float | None, after: float | None) -> bool | None:
    if before is None or after is None or before == after:
        return None
    return (after > before) == (wanted == "up")


def _place_names(language: str) -> dict[str, str]:
    column = "name_zh" if language.startswith("zh") else "name_en"
    return dict(Organisation.objects.values_list("code", column))


def _moved(day: date, months: int) -> date:
    """The same day so many months on, or the last of that month."""
    at = day.year * 12 + day.month - 1 + months
    year, month = divmod(at, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise ValueError(f"no such day {months} months from {day}")
