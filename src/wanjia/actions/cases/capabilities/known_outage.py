"""Is the place in a known outage?"""

from datetime import datetime

from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case
from wanjia.records.network.models import OutageDistrict


def known_outage(inputs: Facts, case: Case, now: datetime) -> Facts:
    """`outage_known`, its `outage_cause` and `restore_estimate_at` (ISO 8601 or null) for the case's district."""
    running = OutageDistrict.objects.filter(district=case.district, starts_at__lte=now, outage__status="open")
    running = running.exclude(restored_at__lte=now).exclude(outage__ends_at__lte=now)
    found = running.select_related("outage").order_by("-starts_at").first() if case.district_id else None
    outage = found.outage if found else None
    if outage is None:
        return {"outage_known": False, "outage_cause": None, "restore_estimate_at": None}
    estimate = outage.estimated_restoration_at
    return {
        "outage_known": True,
        "outage_cause": outage.cause or outage.cause_hint or ("planned" if outage.planned else ""),
        "restore_estimate_at": estimate.isoformat() if estimate else None,
    }
