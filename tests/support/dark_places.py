"""Outages as rows, for pages: what sensing and people would have written, without running them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from wanjia.records.network.models import (
    DistrictState,
    NetworkModel,
    Outage,
    OutageDistrict,
    OutageRevision,
    RestorationEstimate,
    SensingPosition,
    TransformerDistrict,
)

EVIDENCE = {"meters": 118, "gasped": 97, "alive": 1, "silent": 20, "terminals_gasped": 1, "log_odds": 9.3}


def outage(
    codes: Sequence[str], now: datetime, *, number: str = "TA1", minutes_ago: float = 30,
    lasted: float | None = None, level: str = "feeder", device: str = "F001-B1", estimate_minutes: float | None = None,
    priority: int = 0, planned: bool = False, cause: str = "", confidence: float = 0.97, external: bool = False,
) -> Outage:  # fmt: skip
    """An outage of these districts, announced a minute after it began; over after `lasted` minutes, else open."""
    districts = list(TransformerDistrict.objects.filter(pk__in=codes))
    begun = now - timedelta(minutes=minutes_ago)
    ended = None if lasted is None else begun + timedelta(minutes=lasted)
    customers = 1 if level == "meter" else sum(one.customers for one in districts)
    row = Outage.objects.create(
        number=number, sensing_key=f"test:{number}", device_id=device, device_level=level,
        status=Outage.Status.OPEN if ended is None else Outage.Status.RESTORED,
        feeder=districts[0].feeder, organisation=districts[0].organisation, starts_at=begun,
        detected_at=begun + timedelta(minutes=1), ends_at=ended, districts_dark=0 if ended else len(districts),
        districts_touched=len(districts), customers_dark=0 if ended else customers, customers_touched=customers,
        priority_customers=priority, cause=cause, planned=planned, external=external, confidence=confidence,
        evidence=EVIDENCE, revision=1, changed_at=ended or begun + timedelta(minutes=1),
    )  # fmt: skip
    OutageDistrict.objects.bulk_create(
        OutageDistrict(
            outage=row, district=one, starts_at=begun, restored_at=ended,
            customers=1 if level == "meter" else one.customers,
        )
        for one in districts
    )  # fmt: skip
    OutageRevision.objects.create(
        outage=row, sequence=1, at=row.detected_at, what="planned" if planned else "announced", actor="sensing",
        data={"districts": len(districts), "customers": customers, "confidence": confidence},
    )  # fmt: skip
    if estimate_minutes is not None:
        estimated(row, now, estimate_minutes)
    return row


def estimated(row: Outage, now: datetime, minutes: float, said_by: str = "sensing", reason: str = "") -> None:
    """A first or another estimate, `minutes` from now."""
    row.estimated_restoration_at = now + timedelta(minutes=minutes)
    row.revision, row.changed_at = row.revision + 1, now
    row.save()
    RestorationEstimate.objects.create(
        outage=row, said_at=now, restoration_at=row.estimated_restoration_at, said_by=said_by, reason=reason
    )


def restored(row: Outage, now: datetime) -> None:
    """Everybody has supply again."""
    row.districts.filter(restored_at=None).update(restored_at=now)
    row.status, row.ends_at, row.changed_at = Outage.Status.RESTORED, now, now
    row.districts_dark = row.customers_dark = 0
    row.revision += 1
    row.save()
    OutageRevision.objects.create(outage=row, sequence=row.revision, at=now, what="ended", actor="sensing", data={})


def heard(now: datetime, silent: Sequence[str] = (), partial: Sequence[str] = ()) -> None:
    """A state for every district: all meters heard just now but those of the silent, and half of the partial."""
    open_rows = OutageDistrict.objects.filter(outage__status="open", restored_at=None)
    dark = dict(open_rows.values_list("district", "starts_at"))
    DistrictState.objects.bulk_create(
        (
            DistrictState(
                district=one, dark_since=dark.get(one.pk), meters=one.customers, changed_at=now,
                heard_at=None if one.pk in silent else now,
                meters_heard=0 if one.pk in silent else one.customers // 2 if one.pk in partial else one.customers,
            )
            for one in TransformerDistrict.objects.all()
        ),
        500,
    )  # fmt: skip


def sensing(now: datetime, folder: str = "network", digest: str = "0" * 64) -> NetworkModel:
    """An installed network that has been sensed up to now."""
    network = NetworkModel.objects.create(
        digest=digest, folder=folder, active=True, nodes=0, branches=0, districts=0, meters=0, installed_at=now
    )
    SensingPosition.objects.create(network=network, tick_at=now)
    return network


def sensing_moves(folder: str, digest: str) -> None:
    """Another network becomes the active one."""
    NetworkModel.objects.update(active=False)
    now = SensingPosition.objects.values_list("tick_at", flat=True)[0]
    sensing(now, folder, digest)
