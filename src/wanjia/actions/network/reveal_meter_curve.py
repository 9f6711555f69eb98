"""The curve of one meter, for whoever answers for it and says why; the reading is recorded."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pyarrow as pa
from django.db import transaction

from wanjia.actions.permission import require
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, NotFound, Refused, Where
from wanjia.records.cases.models import PersonalDataRead
from wanjia.records.network.lookups import subject_of_districts
from wanjia.records.network.models import TransformerDistrict
from wanjia.records.territory.models import Account
from wanjia.series.opening import measurement_store

REASON_CHARACTERS_MIN = 4
"""As for the personal data of a case."""
DAYS_MAX = 31


@dataclass(frozen=True)
class MeterCurve:
    """A meter's readings, oldest first: ends of the intervals (UTC), kWh, and which of them came in as estimated."""

    meter: str
    district: str
    ends_at: tuple[datetime, ...]
    energy_kwh: tuple[float | None, ...]
    estimated: tuple[bool, ...]


def reveal_meter_curve(meter_id: str, first: date, last: date, reason: str, actor: Actor, now: datetime) -> MeterCurve:
    """Its readings of these days. Raises NotFound, Denied, and Refused without a reason or for too many days."""
    require(actor, "personal_data", "reveal")
    faults = _faults(first, last, reason)
    if faults:
        raise Refused(faults)
    table = measurement_store().meter_readings([meter_id], first, last)
    district = next((code for code in table["district_id"].unique().to_pylist() if code), "")
    row = TransformerDistrict.objects.filter(pk=district).values_list("cell_code", "organisation_id").first()
    if row is None:
        raise NotFound("meter", meter_id)
    require(actor, "personal_data", "reveal", subject_of_districts([row]))
    with transaction.atomic():
        account = Account.objects.get(person_id=actor.person_id)
        PersonalDataRead.objects.create(
            account=account, subject=f"meter:{meter_id}", fields="curve", reason=reason.strip()[:200], at=now
        )
    return _curve(meter_id, district, table)


def _faults(first: date, last: date, reason: str) -> list[Fault]:
    found = []
    if len(reason.strip()) < REASON_CHARACTERS_MIN:
        found.append(Fault("reveal.reason_missing", Where("reason")))
    if not timedelta() <= last - first < timedelta(days=DAYS_MAX):
        found.append(Fault("measurement.curve_days", Where("first"), {"days_max": DAYS_MAX}))
    return found


def _curve(meter_id: str, district: str, table: pa.Table) -> MeterCurve:
    quality = table["quality"].to_pylist()
    return MeterCurve(
        meter_id, district, tuple(table["read_at"].to_pylist()), tuple(table["energy_kwh"].to_pylist()),
        tuple(one == "estimated" for one in quality),
    )  # fmt: skip
