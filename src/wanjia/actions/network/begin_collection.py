"""From a day on the meters of an organisation are read: its districts are expected in every daily balance."""

from datetime import date, datetime

from django.db import transaction

from wanjia.actions.permission import require
from wanjia.model.actors import Actor
from wanjia.model.faults import NotFound
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.history import write_history
from wanjia.records.network.models import CollectionStart
from wanjia.records.territory.models import Organisation


def begin_collection(organisation: str, since_on: date, actor: Actor, now: datetime) -> CollectionStart:
    """The organisation with all below it takes part; a later call moves the day. Raises Denied, NotFound."""
    require(actor, "measurement", "edit")
    if not Organisation.objects.filter(code=organisation).exists():
        raise NotFound("organisation", organisation)
    with transaction.atomic():
        row, _ = CollectionStart.objects.update_or_create(organisation_id=organisation, defaults={"since_on": since_on})
        data: Facts = {"organisation": organisation, "since_on": since_on.isoformat()}
        write_history("measurement:collection", actor, now, [("collection_begun", data)])
        return row
