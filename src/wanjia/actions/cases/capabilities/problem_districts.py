"""How often was a district without supply, and in which districts does it happen again and again?"""

from datetime import date, datetime, time, timedelta

import numpy as np
from django.db.models import QuerySet
from django.utils import timezone

from wanjia.kernels.balance.diagnosis.repeats import most_within
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts, Json
from wanjia.records.cases.models import Case
from wanjia.records.network.models import Outage, OutageDistrict, TransformerDistrict

DAYS_MAX = 3_660
"""Days looked back; ten years."""
ROWS_MAX = 200
"""Districts in one list; more are no list that anybody treats in a month."""
MINUTES_DECIMALS = 1


def outages_of_district(inputs: Facts, case: Case, now: datetime) -> Facts:
    """`outages`: unplanned ones that touched the district and began in the `days` before the company's day `until`."""
    rows = _touching(inputs).filter(district_id=str(inputs["district"]))
    spans = rows.values_list("starts_at", "restored_at")
    minutes = sum(((end or now) - begin).total_seconds() / 60 for begin, end in spans)
    return {"outages": len(spans), "outage_minutes": round(minutes, MINUTES_DECIMALS)}


def repeated_outages(inputs: Facts, case: Case, now: datetime) -> Facts:
    """`districts` of the body that received the case with `least` outages or more within some `window_days` days.

    Left out are those for which a case that another one of this practice opened is still running.
    """
    window, least = _whole(inputs["window_days"]), _whole(inputs["least"])
    rows = _touching(inputs).filter(district__organisation_id=case.organisation_id)
    found = [(code, timezone.localdate(at)) for code, at in rows.values_list("district_id", "starts_at")]
    codes = sorted({code for code, _ in found})
    at = {code: position for position, code in enumerate(codes)}
    where = np.array([at[code] for code, _ in found], dtype=np.int32)
    days = np.array([day.toordinal() for _, day in found], dtype=np.int64)
    most, total = most_within(where, days, len(codes), window), np.bincount(where, minlength=len(codes))
    treated = _under_treatment(case)
    again = sorted((-int(most[i]), code) for code, i in at.items() if most[i] >= least and code not in treated)[
        :ROWS_MAX
    ]
    known = TransformerDistrict.objects.in_bulk([code for _, code in again])
    listed: list[Json] = [_row(known[code], -count, int(total[at[code]])) for count, code in again]
    return {"districts": listed, "district_count": len(listed)}


def _under_treatment(case: Case) -> set[str | None]:
    """Districts of running cases that earlier cases of the same practice opened."""
    running = Case.objects.filter(parent__practice__name=case.practice.name, status=Case.Status.RUNNING)
    return set(running.values_list("district_id", flat=True))


def _row(district: TransformerDistrict, most: int, outages: int) -> Facts:
    place: Facts = {"longitude": district.longitude, "latitude": district.latitude, "address": district.name_zh}
    return {
        "district": district.code, "district_name": district.name_zh, "place": place, "outages": outages, "most": most,
    }  # fmt: skip


def _touching(inputs: Facts) -> QuerySet[OutageDistrict]:
    """Unplanned outages that were real, by the districts that they touched."""
    ends = datetime.combine(_day(inputs["until"]), time(), timezone.get_default_timezone())
    real = (Outage.Status.OPEN, Outage.Status.RESTORED)
    rows = OutageDistrict.objects.filter(outage__planned=False, outage__status__in=real)
    return rows.filter(starts_at__gte=ends - timedelta(days=_whole(inputs["days"])), starts_at__lt=ends)


def _whole(value: Json) -> int:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 1 <= value <= DAYS_MAX:
        raise Refused([Fault("unavailable", Where())])
    return int(value)


def _day(value: Json) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise Refused([Fault("unavailable", Where())]) from error
