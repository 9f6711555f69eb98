"""A plan as the data of the Gantt island: works as bars over slots of working hours. See islands/gantt/README.md."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone

from wanjia.model.works import MODES
from wanjia.queries.network.plan_shapes import GanttRow, Item, PlanPage, Window
from wanjia.texts import say
from wanjia.web.templatetags.words import WEEKDAYS
from wanjia.web.templatetags.words import day as day_words

MINUTES = 60
WAYS = ("feeder", "crew")
MODE_WORDS = (("name", "mode"), ("short", "mode_short"))
TEXTS = (
    "hint", "keys", "fixed", "ways", "zoom", "zoom.month", "zoom.day", "days", "earlier", "later", "undo", "find",
    "none", "legend.closed", "legend.now", "closed", "open", "between", "stop", "held", "change.less", "change.more",
    "change.same", "breaks", "asking", "unknown", "cancelled", "refused", "lost", "done",
)  # fmt: skip
"""Words of the island: `plans.gantt.<name>`."""
PLACES = ("time", "count", "districts", "households", "name")
"""What the island itself puts into them."""


def gantt(found: PlanPage, now: datetime, language: str) -> dict[str, object]:
    """The island's data; works can be moved by who may plan, as long as the plan is not decided."""
    time = _Slots(found)
    return {
        "title": say("plans.gantt", language, plan=found.line.number),
        **_calendar(found, time, now, language),
        "modes": [
            {"id": kind, **{name: say(f"plans.{key}.{kind}", language) for name, key in MODE_WORDS}}
            for kind in MODES
        ],
        "ways": [
            {"id": way, "name": say(f"plans.gantt.by_{way}", language), "rows": _names(rows)}
            for way, rows in _ways(found)
        ],
        "works": bars(found, language),
        "blackouts": [_blackout(time, window, found, language) for window in found.windows if time.touches(window)],
        **_addresses(found), "texts": texts(language),
    }  # fmt: skip


def bars(found: PlanPage, language: str) -> list[dict[str, object]]:
    """Every work, with the rows that it stands in."""
    rows: dict[str, dict[int, list[str]]] = {way: defaultdict(list) for way in WAYS}
    for way, listed in _ways(found):
        for row in listed:
            for item in row.items:
                rows[way][item].append(row.key)
    time = _Slots(found)
    return [
        _bar(found, time, item, {way: rows[way].get(item.id, []) for way in WAYS}, language) for item in found.items
    ]


def texts(language: str) -> dict[str, str]:
    """Words with the places left open that the island fills."""
    places = {name: "{" + name + "}" for name in PLACES}
    return {name: say(f"plans.gantt.{name}", language, **places) for name in TEXTS}


class _Slots:
    """Instants as slots; what lies outside the working hours is drawn at their edge."""

    def __init__(self, found: PlanPage) -> None:
        self.from_minute = found.day_from_hour * MINUTES
        self.slot_minutes = found.slot_minutes
        self.a_day = round((found.day_until_hour - found.day_from_hour) * MINUTES / found.slot_minutes)
        self.places = {one.day: at for at, one in enumerate(found.days)}
        self.first = found.days[0].day if found.days else date.max

    def at(self, at: datetime, end: bool = False) -> float:
        """The slot of an instant; before the first day 0, after the last the end of it."""
        local = timezone.localtime(at)
        place = self.places.get(local.date())
        if place is None:
            return 0 if local.date() < self.first else len(self.places) * self.a_day
        within = (local.hour * MINUTES + local.minute - self.from_minute) / self.slot_minutes
        if end and within <= 0:
            return place * self.a_day
        return place * self.a_day + min(max(within, 0), self.a_day)

    def day(self, day: date, end: bool = False) -> int:
        """The slot at which a day begins or ends."""
        place = self.places.get(day)
        if place is None:
            place = 0 if day < self.first else len(self.places)
            return place * self.a_day
        return (place + end) * self.a_day

    def touches(self, window: Window) -> bool:
        """Whether any of a window is to be seen."""
        return self.at(window.until_at, end=True) > self.at(window.from_at)


def _ways(found: PlanPage) -> tuple[tuple[str, tuple[GanttRow, ...]], ...]:
    return ("feeder", found.by_feeder), ("crew", found.by_crew)


def _calendar(found: PlanPage, time: "_Slots", now: datetime, language: str) -> dict[str, object]:
    return {
        "dates": [one.day.isoformat() for one in found.days],
        "day_names": [day_words(one.day, language) for one in found.days],
        "day_heads": [[str(one.day.day), WEEKDAYS[language][one.day.weekday()]] for one in found.days],
        "rest_days": [at for at, one in enumerate(found.days) if not one.is_workday or one.is_lost],
        "day_from": round(found.day_from_hour * MINUTES), "slot_minutes": found.slot_minutes,
        "slots_per_day": time.a_day, "now": time.at(now) if timezone.localdate(now) in time.places else None,
    }  # fmt: skip


def _bar(
    found: PlanPage, time: "_Slots", item: Item, rows: Mapping[str, list[str]], language: str
) -> dict[str, object]:
    begin = time.at(item.starts_at)
    hours, households = f"{item.district_hours:,.1f}", f"{item.households:,}"
    return {
        "id": str(item.id), "title": item.title, "mode": item.mode_kind, "rows": rows,
        "begin": begin, "end": max(time.at(item.ends_at, end=True), begin + 1),
        "earliest": time.day(item.earliest_on), "latest": time.day(item.latest_on, end=True),
        "note": say("plans.gantt.note", language, hours=hours, households=households),
        "href": reverse("board:plan_item", args=[found.line.number, item.id]), "fixed": item.locked,
    }  # fmt: skip


def _names(rows: tuple[GanttRow, ...]) -> list[dict[str, str]]:
    return [{"id": row.key, "name": row.label, "note": str(len(row.items))} for row in rows]


def _blackout(time: _Slots, window: Window, found: PlanPage, language: str) -> dict[str, object]:
    name = f"{say(f'plans.window.{window.kind}', language)} {window.reason}".strip()
    feeders = set(window.feeders)
    touched = [row.key for row in found.by_feeder if row.key in feeders]
    return {
        "name": name, "begin": time.at(window.from_at), "end": time.at(window.until_at, end=True),
        "rows": {"feeder": touched, "crew": []},
    }  # fmt: skip


def _addresses(found: PlanPage) -> dict[str, str]:
    if found.line.state != "proposed" or not found.may_plan:
        return {}
    number = found.line.number
    return {
        "price_url": reverse("board:plan_price", args=[number]), "move_url": reverse("board:plan_move", args=[number]),
    }  # fmt: skip
