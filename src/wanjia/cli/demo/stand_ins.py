"""The demo's own people and stations where a scenario names invented ones; the same name is always the same person."""

import re
from functools import lru_cache

from wanjia.model.jsonvalue import Facts, Json
from wanjia.records.territory.models import Organisation, Tenure

PERSON = re.compile(r"person:\d+")
STATION = re.compile(r"station-\d+")


class StandIns:
    """For one case, which is about the station and the transformer district with these codes."""

    def __init__(self, station: str, district: str = "") -> None:
        self._station, self._district = station, district
        self._parts: dict[str, str] = {}

    def row(self, row: Facts) -> Facts:
        """A step of a scenario with everybody replaced, in answers and in the item that it means."""
        return {key: self._put(value) for key, value in row.items()}

    def _put(self, value: Json) -> Json:
        if isinstance(value, dict):
            return {key: self._here(key, each) for key, each in value.items()}
        if isinstance(value, list):
            return [self._put(each) for each in value]
        if isinstance(value, str) and PERSON.fullmatch(value):
            return self._person(value)
        if isinstance(value, str) and STATION.fullmatch(value) and not _is_body(value):
            return self._station
        return value

    def _here(self, key: str, value: Json) -> Json:
        """A district that a story names is the case's own one: its number is invented."""
        return self._district if key == "district" and isinstance(value, str) and self._district else self._put(value)

    def _person(self, told: str) -> str:
        staff = _staff(self._station)
        if told not in self._parts and staff:
            self._parts[told] = staff[len(self._parts) % len(staff)]
        return self._parts.get(told, told)


@lru_cache(maxsize=512)
def _is_body(code: str) -> bool:
    return Organisation.objects.filter(code=code).exists()


@lru_cache(maxsize=512)
def _staff(station: str) -> tuple[str, ...]:
    """Who holds a post of the station, those closest to the work first; nobody changes posts while the demo is made."""
    held = Tenure.objects.filter(post__organisation_id=station, ends_on=None).order_by("-post__code")
    return tuple(f"person:{pk}" for pk in held.values_list("person_id", flat=True))
