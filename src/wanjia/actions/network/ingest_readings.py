"""Take readings in: all of a batch or none, on disk for good before it is said so, the same batch twice once."""

from datetime import datetime

from wanjia.actions.permission import require
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.history import write_history
from wanjia.series.opening import measurement_store
from wanjia.series.port import Batches, Receipt

SOURCE_CHARACTERS_MAX = 100


def ingest_readings(batches: Batches, source: str, actor: Actor, now: datetime) -> Receipt:
    """Readings in `series.layout_arrivals.LONG` or `WIDE`, and where they come from. Raises Denied, Refused."""
    require(actor, "measurement", "import")
    source = source.strip()
    if not 0 < len(source) <= SOURCE_CHARACTERS_MAX:
        raise Refused([Fault("measurement.source", Where("source"), {"max": SOURCE_CHARACTERS_MAX})])
    receipt = measurement_store().ingest(batches, source)
    if receipt.arrivals:
        write_history("measurement:arrivals", actor, now, [("readings_accepted", _data(receipt))])
    return receipt


def _data(receipt: Receipt) -> Facts:
    days = [day.isoformat() for day in receipt.days]
    return {
        "source": receipt.source, "readings": receipt.readings, "days": [*days], "arrivals": [*receipt.arrivals],
        "repeated": [*receipt.repeated],
    }  # fmt: skip
