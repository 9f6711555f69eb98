"""Cases that look like the same request: what the practice's `merge` rule says about place, facts and days."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from wanjia.model.actors import Actor
from wanjia.practice.nouns import Merge, Practice
from wanjia.queries.cases.visible import cases_for
from wanjia.records.cases.models import Case

CANDIDATES_MAX = 20
METRES_PER_DEGREE = 111_320.0
"""Of latitude; of longitude times the cosine. Enough within a radius of some hundred metres."""


@dataclass(frozen=True)
class Duplicate:
    """A case into which this one could be merged."""

    number: str
    title: str
    opened_at: datetime
    metres: int | None


def duplicates(case: Case, practice: Practice, actor: Actor, language: str) -> tuple[Duplicate, ...]:
    """Running cases of the same practice that the actor may merge, nearest first."""
    rule = practice.merge
    if rule is None:
        return ()
    span = timedelta(days=rule.within_days)
    rows = Case.objects.filter(
        cases_for(actor, "merge"), practice__name=practice.name, status=Case.Status.RUNNING,
        opened_at__gte=case.opened_at - span, opened_at__lte=case.opened_at + span,
    ).exclude(pk=case.pk)  # fmt: skip
    if case.longitude is not None and case.latitude is not None and rule.radius_m:
        reach = rule.radius_m / METRES_PER_DEGREE
        wide = reach / max(0.1, math.cos(math.radians(case.latitude)))
        rows = rows.filter(
            latitude__range=(case.latitude - reach, case.latitude + reach),
            longitude__range=(case.longitude - wide, case.longitude + wide),
        )
    found = [_candidate(row, case, language) for row in rows[: CANDIDATES_MAX * 5] if _same(row, case, practice, rule)]
    near = [row for row in found if row.metres is None or row.metres <= rule.radius_m]
    return tuple(sorted(near, key=lambda row: (row.metres or 0, row.opened_at))[:CANDIDATES_MAX])


def _same(row: Case, case: Case, practice: Practice, rule: Merge) -> bool:
    """Places are compared by distance, everything else by value."""
    mine, other = case.state["facts"], row.state["facts"]
    names = [name for name in rule.same if practice.facts.get(name, {}).get("format") != "place"]
    return all(mine.get(name) == other.get(name) for name in names)


def _candidate(row: Case, case: Case, language: str) -> Duplicate:
    title = row.title_en if language == "en" else row.title
    return Duplicate(row.number, title, row.opened_at, _metres(row, case))


def _metres(row: Case, case: Case) -> int | None:
    if None in (row.longitude, row.latitude, case.longitude, case.latitude):
        return None
    across = (row.longitude - case.longitude) * math.cos(math.radians(case.latitude))
    return round(METRES_PER_DEGREE * math.hypot(across, row.latitude - case.latitude))
