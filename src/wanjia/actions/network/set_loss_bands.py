"""Set the company's bands of loss rates from a day on."""

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction

from wanjia.actions.permission import require
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.records.cases.history import write_history
from wanjia.records.network.models import LossBandEdition

SOURCE_CHARACTERS_MAX = 200
PERCENT_MAX = 100.0


@dataclass(frozen=True)
class WantedBands:
    """Percent. Economic: both ends included; high from and negative to: included unless it begins above, or below."""

    economic_from_percent: float
    economic_to_percent: float
    high_from_percent: float
    negative_to_percent: float
    high_begins_above: bool = False
    negative_begins_below: bool = False
    coverage_least_percent: float = 98.0


def set_loss_bands(starts_on: str, wanted: WantedBands, source: str, actor: Actor, now: datetime) -> LossBandEdition:
    """An edition from a day (YYYY-MM-DD) on; days computed before keep their bands until computed again.

    Raises Denied, Refused with every fault.
    """
    require(actor, "measurement", "edit")
    faults = list(_faults(starts_on, wanted, source.strip()))
    if faults:
        raise Refused(faults)
    values = {**asdict(wanted), "source": source.strip()}
    with transaction.atomic():
        row, _ = LossBandEdition.objects.update_or_create(starts_on=date.fromisoformat(starts_on), defaults=values)
        write_history("measurement:bands", actor, now, [("loss_bands_set", {"starts_on": starts_on, **values})])
        return row


def _faults(starts_on: str, wanted: WantedBands, source: str) -> Iterator[Fault]:
    try:
        date.fromisoformat(starts_on)
    except ValueError:
        yield Fault("measurement.bands_day", Where("starts_on"))
    outside = [
        name for name, value in asdict(wanted).items()
        if not isinstance(value, bool) and not (math.isfinite(value) and abs(value) <= PERCENT_MAX)
    ]  # fmt: skip
    for name in outside:
        yield Fault("measurement.bands_percent", Where(name), {"max": PERCENT_MAX})
    rising = (
        wanted.negative_to_percent, wanted.economic_from_percent, wanted.economic_to_percent, wanted.high_from_percent
    )  # fmt: skip
    if not outside and list(rising) != sorted(rising):
        yield Fault("measurement.bands_order", Where("economic_from_percent"))
    if not 0 < len(source) <= SOURCE_CHARACTERS_MAX:
        yield Fault("measurement.bands_source", Where("source"), {"max": SOURCE_CHARACTERS_MAX})
