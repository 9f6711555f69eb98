"""Who is told of an outage: registered customers, people who asked to be told, people whose report hangs on it."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from wanjia.records.cases.models import Case, Delivery
from wanjia.records.network.lookups import CODES_IN_QUERY_MAX
from wanjia.records.network.models import Customer, Outage, OutageWatch
from wanjia.texts import DEFAULT_LANGUAGE

URGENT_PRIORITIES = frozenset({"life_support"})
"""Customers who are woken: their life hangs on supply."""
OWN_SURFACES = ("portal", "card")
"""Where people ask for themselves, in a language that they chose."""
TELLING = frozenset({"announced", "overrun"})
"""Occasions at which somebody first hears of an outage."""


class Receiver(NamedTuple):
    """One address, the district it is told of, and whether it may wait until morning."""

    channel: str
    address: str
    language: str
    district: str
    urgent: bool = False


class Told(NamedTuple):
    """Who has heard of an outage, or is about to: addresses by what has become of the first text to them."""

    heard: frozenset[tuple[str, str]]
    waiting: frozenset[tuple[str, str]]


def customers_in(codes: Collection[str]) -> Iterator[Receiver]:
    """Registered customers of districts who left a telephone number; who cannot bear an outage first.

    Each is told in the language of the last request from that telephone, in the company's own without one.
    """
    rows = Customer.objects.exclude(phone="")
    if len(codes) <= CODES_IN_QUERY_MAX:
        rows = rows.filter(district__in=codes)
    wanted, later, spoken = set(codes), [], languages_of_requests()
    for phone, district, priority in rows.values_list("phone", "district_id", "priority").order_by():
        if district in wanted:
            receiver = Receiver(
                "sms", phone, spoken.get(phone, DEFAULT_LANGUAGE), district, priority in URGENT_PRIORITIES
            )
            if receiver.urgent:
                yield receiver
            else:
                later.append(receiver)
    yield from later


def languages_of_requests() -> dict[str, str]:
    """Telephone -> language of its owner's last own request, for those that were ever made in another language."""
    own = Case.objects.filter(surface__in=OWN_SURFACES).exclude(requester_phone="")
    foreign = own.exclude(language=DEFAULT_LANGUAGE).order_by().values("requester_phone")
    found = own.filter(requester_phone__in=foreign).order_by("opened_at", "pk")
    return dict(found.values_list("requester_phone", "language"))


def watchers_of(outages: Collection[int], codes: Collection[str]) -> list[OutageWatch]:
    """People who asked to be told of these outages and have not been told yet."""
    rows = OutageWatch.objects.filter(outage__in=outages, told_at=None)
    return [row for row in rows if row.district_id in codes]


def as_receiver(watch: OutageWatch) -> Receiver:
    """A watch as an address. Who asked to be told is told at once."""
    return Receiver(watch.channel, watch.address, watch.language, watch.district_id, True)


def requesters_of(outages: Collection[int], codes: Collection[str]) -> list[Case]:
    """Open requests that hang on these outages."""
    rows = Case.objects.filter(outage__in=outages, status=Case.Status.RUNNING).exclude(surface="system")
    return [row for row in rows.defer("state").select_related("practice").defer("practice__files", "state")
            if row.district_id in codes]  # fmt: skip


def lineage_of(outage: Outage) -> frozenset[int]:
    """The outage, those it was split from, and those merged into it: whoever heard of one of them has heard of it."""
    found, above = {outage.pk}, outage.split_from_id
    while above is not None and above not in found:
        found.add(above)
        above = Outage.objects.filter(pk=above).values_list("split_from_id", flat=True).first()
    merged = {outage.pk}
    while merged:
        merged = set(Outage.objects.filter(merged_into__in=merged).values_list("pk", flat=True)) - found
        found |= merged
    return frozenset(found)


def told_of(outages: Collection[int]) -> Told:
    """Addresses that were told of any of these outages, by channel and address."""
    heard, waiting = set(), set()
    rows = Delivery.objects.filter(outage__in=outages).order_by()
    columns = ("idempotency_key", "channel", "address", "status", "claimed_until")
    for key, channel, address, status, claimed in rows.values_list(*columns).iterator():
        if occasion_of(key) not in TELLING:
            continue
        if status == Delivery.Status.SENT or (status == Delivery.Status.WAITING and claimed is not None):
            heard.add((channel, address))
        elif status == Delivery.Status.WAITING:
            waiting.add((channel, address))
    return Told(frozenset(heard), frozenset(waiting))


def key_of(outage: Outage, occasion: str, receiver: Receiver) -> str:
    """The same outage, occasion and address: one text."""
    return f"outage:{outage.number}:{occasion}:{receiver.channel}:{receiver.address}"


def occasion_of(key: str) -> str:
    """The occasion in a key of this room; empty for others."""
    parts = key.split(":", 3)
    return parts[2] if len(parts) > 3 and parts[0] == "outage" else ""
