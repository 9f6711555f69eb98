"""Changes of outages that the sensor found become rows, in one transaction with how far it has come."""

from datetime import datetime

from django.db import transaction

from wanjia.actions.network.book import instant, read_book
from wanjia.actions.network.changing import sensors_of, take_in
from wanjia.actions.network.estimates import estimate_first
from wanjia.actions.network.following import follow
from wanjia.actions.network.sensed import Gap, SensedBatch
from wanjia.actions.network.writing import write, write_afterwards
from wanjia.kernels.sensing.nouns import Change
from wanjia.model.faults import NotFound
from wanjia.records.network.models import NetworkModel, RestorationEstimate, SensingPosition, SequenceGap


def apply_changes(batch: SensedBatch, now: datetime) -> int:
    """Write what has not been written before; returns how many changes were new. Raises NotFound."""
    with transaction.atomic():
        position = _locked_position(batch.network_digest)
        fresh = new_changes(batch, position.changes)
        if fresh:
            _apply(batch, fresh, now)
        _keep_gaps(batch.gaps)
        _advance(position, batch, len(fresh))
    return len(fresh)


def _apply(batch: SensedBatch, changes: tuple[Change, ...], now: datetime) -> None:
    sensors = sensors_of(batch.network)
    book = read_book(batch.network_digest, changes, sensors.codes, now)
    for change in changes:
        take_in(book, change, sensors)
    estimates = [one for entry in book.entries if entry.is_new and (one := estimate_first(book, entry)) is not None]
    write(book, now)
    RestorationEstimate.objects.bulk_create(estimates)
    follow(book, now)
    write_afterwards(book, now)


def new_changes(batch: SensedBatch, counted: int) -> tuple[Change, ...]:
    """The changes of a batch beyond those counted already."""
    return batch.changes[max(0, counted - batch.position.changes_before) :]


def _locked_position(digest: str) -> SensingPosition:
    if not NetworkModel.objects.filter(digest=digest).exists():
        raise NotFound("network", digest)
    SensingPosition.objects.get_or_create(network_id=digest)
    return SensingPosition.objects.select_for_update().get(network_id=digest)


def _advance(position: SensingPosition, batch: SensedBatch, written: int) -> None:
    """The position never goes back: a batch from before may be handed over again."""
    new = batch.position
    position.changes += written
    if new.journal_at >= position.journal_at:
        position.journal_at, position.counts = new.journal_at, dict(new.counts)
    if new.tick_at > 0:
        tick_at = instant(new.tick_at)
        position.tick_at = max(position.tick_at or tick_at, tick_at)
    position.save()


def _keep_gaps(gaps: tuple[Gap, ...]) -> None:
    rows = [
        SequenceGap(
            sender=gap.sender, first_missing=gap.first_missing, last_missing=gap.last_missing,
            noticed_at=instant(gap.noticed_at), filled_at=instant(gap.filled_at) if gap.filled_at else None,
        )
        for gap in {(gap.sender, gap.first_missing): gap for gap in gaps}.values()
    ]  # fmt: skip
    SequenceGap.objects.bulk_create(
        rows, 200, update_conflicts=True, unique_fields=["sender", "first_missing"],
        update_fields=["last_missing", "filled_at"],
    )  # fmt: skip
