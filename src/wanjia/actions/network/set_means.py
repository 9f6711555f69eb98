"""Say which crews, live-line teams, bypass sets and generator trucks a base has on which day."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from wanjia.actions.permission import require
from wanjia.model.actors import Actor, Subject
from wanjia.model.faults import Fault, NotFound, Refused, Where
from wanjia.model.places import Position
from wanjia.records.cases.history import write_history
from wanjia.records.network.lookups import line_of, parents_of_organisations
from wanjia.records.network.planning import CREW_KINDS, MEANS_KINDS, Means

CODE_CHARACTERS_MAX = 40
COUNT_MAX = 200
"""Of one kind at one base; a county company has some twenty crews."""
DAYS_MAX = 400
"""Days whose count differs, of one row."""
KVA_MAX = 4_000.0
"""The largest generator truck."""
WEEK = 7


@dataclass(frozen=True)
class WantedMeans:
    """One kind at one base. `by_weekday` has seven counts, Monday first; `by_day` those of days that differ."""

    code: str
    kind: str
    name_zh: str
    organisation: str
    longitude: float
    latitude: float
    by_weekday: Sequence[int] = (1,) * WEEK
    by_day: Mapping[date, int] = field(default_factory=dict)
    name_en: str = ""
    from_hour: float = 7.0
    until_hour: float = 19.0
    kva: float = 0.0


def set_means(wanted: WantedMeans, actor: Actor, now: datetime) -> Means:
    """The row, made or brought up to date; plans that exist keep what they were made from. Raises Denied, Refused."""
    require(actor, "work", "edit", _subject(wanted.organisation))
    if faults := list(_faults(wanted)):
        raise Refused(faults)
    with transaction.atomic():
        before = Means.objects.select_for_update(of=("self",)).filter(code=wanted.code).first()
        if before is not None:
            require(actor, "work", "edit", _subject(before.organisation_id))
        row, _ = Means.objects.update_or_create(code=wanted.code, defaults={**_values(wanted), "removed_at": None})
        data = {"means": row.code, "kind": row.kind, "by_weekday": row.by_weekday, "by_day": row.by_day}
        write_history(f"means:{row.code}", actor, now, [("means_set", data)])
        return row


def remove_means(code: str, actor: Actor, now: datetime) -> Means:
    """Out of use from the next plan on. Raises NotFound, Denied."""
    with transaction.atomic():
        row = Means.objects.select_for_update(of=("self",)).filter(code=code, removed_at=None).first()
        if row is None:
            raise NotFound("means", code)
        require(actor, "work", "edit", _subject(row.organisation_id))
        row.removed_at = now
        row.save(update_fields=["removed_at"])
        write_history(f"means:{code}", actor, now, [("means_removed", {"means": code})])
        return row


def _subject(organisation: str) -> Subject:
    return Subject(organisations=frozenset(line_of(organisation, parents_of_organisations())))


def _values(wanted: WantedMeans) -> dict[str, object]:
    return {
        "kind": wanted.kind, "name_zh": wanted.name_zh.strip()[:80], "name_en": wanted.name_en.strip()[:120],
        "organisation_id": wanted.organisation, "longitude": wanted.longitude, "latitude": wanted.latitude,
        "by_weekday": list(wanted.by_weekday), "from_hour": wanted.from_hour, "until_hour": wanted.until_hour,
        "by_day": {day.isoformat(): count for day, count in sorted(wanted.by_day.items())}, "kva": wanted.kva,
    }  # fmt: skip


def _faults(wanted: WantedMeans) -> Iterator[Fault]:
    counts = [*wanted.by_weekday, *wanted.by_day.values()]
    found = [
        (not 0 < len(wanted.code.strip()) <= CODE_CHARACTERS_MAX, "plan.means_code", "code"),
        (wanted.kind not in (*CREW_KINDS, *MEANS_KINDS), "plan.means_kind", "kind"),
        (not wanted.name_zh.strip(), "plan.means_name", "name_zh"),
        (wanted.organisation not in parents_of_organisations(), "plan.organisation", "organisation"),
        (not Position(wanted.longitude, wanted.latitude).inside_the_world(), "plan.means_place", "longitude"),
        (len(wanted.by_weekday) != WEEK, "plan.means_week", "by_weekday"),
        (not all(0 <= count <= COUNT_MAX for count in counts), "plan.means_count", "by_weekday"),
        (len(wanted.by_day) > DAYS_MAX, "plan.means_days", "by_day"),
        (not 0 <= wanted.from_hour < wanted.until_hour <= 24, "plan.means_hours", "from_hour"),
        (not 0 <= wanted.kva <= KVA_MAX, "plan.means_kva", "kva"),
    ]  # fmt: skip
    values = {
        "characters_max": CODE_CHARACTERS_MAX, "kinds": ", ".join((*CREW_KINDS, *MEANS_KINDS)), "kind": wanted.kind,
        "organisation": wanted.organisation, "count_max": COUNT_MAX, "days_max": DAYS_MAX, "kva_max": KVA_MAX,
    }  # fmt: skip
    return (Fault(code, Where(column), values) for is_wrong, code, column in found if is_wrong)
