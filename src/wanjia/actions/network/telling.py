"""Queues what customers are told of an outage: nobody twice, and nothing that is over before they could read it."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from wanjia.actions.cases.queue_delivery import Wanted, queue
from wanjia.actions.network.receivers import (
    Receiver,
    Told,
    as_receiver,
    customers_in,
    key_of,
    lineage_of,
    occasion_of,
    requesters_of,
    told_of,
    watchers_of,
)
from wanjia.actions.network.wording import Words
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case, Delivery, Message
from wanjia.records.network.lookups import DistrictFacts
from wanjia.records.network.models import Outage, OutageWatch

ROWS_PER_STATEMENT = 400


def tell_announced(outage: Outage, codes: Collection[str], facts: Mapping[str, DistrictFacts], now: datetime) -> int:
    """Customers of districts that fell dark hear of it, unless they have; gives how many texts were queued."""
    told = told_of(lineage_of(outage))
    known = told.heard | told.waiting
    receivers = (one for one in customers_in(codes) if (one.channel, one.address) not in known)
    occasion = "overrun" if outage.cause_hint == "planned_overrun" else "announced"
    return _queue(outage, occasion, occasion, receivers, facts, now)


def tell_restored(outage: Outage, codes: Collection[str], facts: Mapping[str, DistrictFacts], now: datetime) -> int:
    """Who heard of the outage in districts that are back, or asked to, is told; what still waits is dropped."""
    lineage = lineage_of(outage)
    told = told_of(lineage)
    customers = list(customers_in(codes)) if told.heard or told.waiting else []
    _drop(lineage, {(one.channel, one.address) for one in customers} & told.waiting)
    watches = watchers_of(lineage, codes)
    requests = requesters_of(lineage, codes)
    receivers = [one for one in customers if (one.channel, one.address) in told.heard]
    receivers += [as_receiver(watch) for watch in watches]
    receivers += _by_phone(requests)
    OutageWatch.objects.filter(pk__in=[watch.pk for watch in watches]).update(told_at=now)
    _tell_requesters(requests, "outage.back", {"ended_at": (outage.ends_at or now).isoformat()}, now)
    return _queue(outage, "restored", "restored", receivers, facts, now)


def tell_estimate(
    outage: Outage, told_times: int, reason: str, facts: Mapping[str, DistrictFacts], now: datetime
) -> int:
    """Who heard of the outage and is still dark hears when it will be over. `told_times`: number of the estimate."""
    codes = set(outage.districts.filter(restored_at=None).values_list("district_id", flat=True))
    lineage = lineage_of(outage)
    told = told_of(lineage)
    receivers = _those_told(told, codes)
    requests = requesters_of(lineage, codes)
    receivers += [as_receiver(watch) for watch in watchers_of(lineage, codes)] + _by_phone(requests)
    at = outage.estimated_restoration_at
    _tell_requesters(requests, "outage.estimate", {"estimate_at": at.isoformat() if at else None}, now)
    return _queue(outage, f"estimate{told_times}", "estimate", receivers, facts, now, reason)


def tell_false_alarm(outage: Outage, codes: Collection[str], facts: Mapping[str, DistrictFacts], now: datetime) -> int:
    """Who heard of an outage that was none is told so; who has not heard yet never will."""
    lineage = lineage_of(outage)
    told = told_of(lineage)
    _drop(lineage, told.waiting)
    receivers = [one for one in customers_in(codes) if (one.channel, one.address) in told.heard]
    return _queue(outage, "false_alarm", "false_alarm", receivers, facts, now)


def _those_told(told: Told, codes: Collection[str]) -> list[Receiver]:
    if not told.heard and not told.waiting:
        return []
    # Whose first text still waits learns the estimate with it only if that is worded anew: one more text, later.
    known = told.heard | told.waiting
    return [one for one in customers_in(codes) if (one.channel, one.address) in known]


def _by_phone(requests: Iterable[Case]) -> list[Receiver]:
    return [
        Receiver("sms", case.requester_phone, case.language, str(case.district_id))
        for case in requests
        if case.requester_phone
    ]


def _queue(
    outage: Outage, occasion: str, words: str, receivers: Iterable[Receiver], facts: Mapping[str, DistrictFacts],
    now: datetime, reason: str = "",
) -> int:  # fmt: skip
    said = Words(outage, words, facts, reason)
    unique = {key_of(outage, occasion, one): one for one in receivers}
    return queue(
        (
            Wanted(
                key, one.channel, one.address, said.subject(one.language), said.body(one.district, one.language),
                one.urgent, outage.pk,
            )
            for key, one in unique.items()
        ),
        now,
    )  # fmt: skip


def _drop(outages: Collection[int], addresses: Collection[tuple[str, str]]) -> None:
    """What no worker has taken yet and is not wanted any more stays in the house."""
    if not addresses:
        return
    rows = Delivery.objects.filter(outage__in=outages, status=Delivery.Status.WAITING, claimed_until=None)
    found = rows.values_list("pk", "idempotency_key", "channel", "address")
    keys = [pk for pk, key, channel, to in found if (channel, to) in addresses and occasion_of(key) != "restored"]
    for start in range(0, len(keys), ROWS_PER_STATEMENT):
        part = keys[start : start + ROWS_PER_STATEMENT]
        rows.filter(pk__in=part).update(status=Delivery.Status.DROPPED, fault="delivery.overtaken", fault_values={})


def _tell_requesters(requests: Iterable[Case], notice: str, values: Facts, now: datetime) -> None:
    """In the portal, beside the request."""
    Message.objects.bulk_create(
        Message(
            case=case, audience="requester", sender="system", notice=notice, values=values, created_at=now
        )
        for case in requests
    )  # fmt: skip
