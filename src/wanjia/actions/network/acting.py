"""What every verb on one outage does first and last: lock it, check the permission, write what has changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from wanjia.actions.network.book import Book, Entry, read_outages
from wanjia.actions.network.systems import tell_systems
from wanjia.actions.network.writing import write
from wanjia.actions.permission import require
from wanjia.model.actors import Actor
from wanjia.model.faults import NotFound
from wanjia.records.network.lookups import subject_of_outage
from wanjia.records.network.models import Outage


@contextmanager
def on_outage(number: str, verb: str, actor: Actor, now: datetime) -> Iterator[tuple[Book, Entry]]:
    """The outage, locked, in a book that is written when the block ends. Raises NotFound, Denied."""
    with transaction.atomic():
        book = read_outages(Q(number=number))
        entry = next((one for one in book.entries if one.row.number == number), None)
        if entry is None:
            raise NotFound("outage", number)
        allow(actor, verb, entry.row)
        yield book, entry
        write(book, now)
        if entry.is_touched:
            tell_systems(entry, now)


def allow(actor: Actor, verb: str, outage: Outage) -> None:
    """Raises Denied unless the actor has the verb on an outage that lies where it lies."""
    require(actor, "outage", verb, None if actor.system else subject_of_outage(outage))
