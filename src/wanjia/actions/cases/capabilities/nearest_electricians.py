"""Which qualified village electricians are nearest?"""

from datetime import datetime

import numpy as np
from pyproj import Geod

from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case
from wanjia.records.territory.models import Electrician

OFFERS_MAX = 5
"""Names offered at once: as many as a phone shows without scrolling."""

_EARTH = Geod(ellps="WGS84")


def nearest_electricians(inputs: Facts, case: Case, now: datetime) -> Facts:
    """`electricians`: id, name, team, distance_km of those available, licensed and qualified, nearest first.

    Who is named in `excluded`, having declined or not answered in this case, is not offered again.
    """
    excluded = inputs.get("excluded")
    refused = set(map(str, excluded)) if isinstance(excluded, list) else set()
    rows = [row for row in _licensed(now) if _qualified(row, inputs.get("qualification"))]
    rows = [row for row in rows if f"person:{row.person_id}" not in refused]
    if not rows or case.longitude is None or case.latitude is None:
        return {"electricians": []}
    count = len(rows)
    here_x, here_y = np.full(count, case.longitude), np.full(count, case.latitude)
    _, _, metres = _EARTH.inv(here_x, here_y, [row.longitude for row in rows], [row.latitude for row in rows])
    nearest = sorted(zip(metres, rows, strict=True), key=lambda pair: (pair[0], pair[1].pk))[:OFFERS_MAX]
    return {"electricians": [_offer(row, float(distance)) for distance, row in nearest]}


def _licensed(now: datetime) -> list[Electrician]:
    rows = Electrician.objects.filter(available=True, licence_valid_until__gte=now.date())
    return list(rows.select_related("person", "team"))


def _qualified(row: Electrician, qualification: object) -> bool:
    return not qualification or qualification in row.qualifications


def _offer(row: Electrician, metres: float) -> Facts:
    return {
        "id": f"person:{row.person_id}",
        "name": row.person.name,
        "team": row.team.name_zh,
        "licence_number": row.licence_number,
        "distance_km": round(metres / 1000, 1),
    }
