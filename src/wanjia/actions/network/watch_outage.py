"""Tell me when it is back: anybody may leave a number or an address for a place that is dark now."""

from datetime import datetime, timedelta

from django.db import transaction

from wanjia.actions.network.attach_case import outage_in
from wanjia.actions.permission import require
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.practice.formats import EMAIL, MOBILE
from wanjia.records.network.models import Outage, OutageWatch

CHANNELS = ("sms", "email")
WATCHES_MAX = 50_000
"""For one outage: every household of a large feeder, and a stop for whoever floods the table."""
A_DAY_MAX = 10
"""Watches of one address within a day: a family in several places; more is somebody else's number."""


def watch_outage(
    district: str, channel: str, address: str, language: str, actor: Actor, now: datetime
) -> OutageWatch:  # fmt: skip
    """Note who wants to be told when a district is back; the same asked twice is noted once. Raises Refused."""
    require(actor, "outage", "see")
    address = _written(channel, address)
    with transaction.atomic():
        outage = outage_in(district)
        if outage is None:
            raise Refused([Fault("outage.place_lit", Where("district"))])
        found = OutageWatch.objects.filter(outage=outage, channel=channel, address=address).first()
        if found is not None:
            return found
        _check_limits(outage, address, now)
        return OutageWatch.objects.create(
            outage=outage, district_id=district, channel=channel, address=address, language=language, asked_at=now
        )  # fmt: skip


def _written(channel: str, address: str) -> str:
    """The address as it is kept. Raises Refused when nobody can be reached by it."""
    if channel not in CHANNELS:
        raise Refused([Fault("outage.watch_channel", Where("channel"))])
    address = address.strip()
    if channel == "sms":
        address = "".join(sign for sign in address if sign not in " ()（）-")
    if not (MOBILE if channel == "sms" else EMAIL).fullmatch(address):
        raise Refused([Fault("outage.watch_address", Where("address"), {"address": address[:60]})])
    return address


def _check_limits(outage: Outage, address: str, now: datetime) -> None:
    if OutageWatch.objects.filter(outage=outage).count() >= WATCHES_MAX:
        raise Refused([Fault("outage.watches_full", Where(), {"max": WATCHES_MAX})])
    if OutageWatch.objects.filter(address=address, asked_at__gt=now - timedelta(days=1)).count() >= A_DAY_MAX:
        raise Refused([Fault("outage.watch_too_many", Where("address"), {"max": A_DAY_MAX})])
