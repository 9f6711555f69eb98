"""Say why an outage happened."""

from datetime import datetime

from wanjia.actions.network.acting import on_outage
from wanjia.actions.network.endings import set_cause
from wanjia.model.actors import Actor
from wanjia.records.network.models import Outage


def explain_outage(number: str, cause: str, external: bool, note: str, actor: Actor, now: datetime) -> Outage:
    """Record the cause (one of `CAUSES`) and whether it lay outside the company's network. Raises NotFound, Refused."""
    with on_outage(number, "explain", actor, now) as (_, entry):
        set_cause(entry, cause, external, note, actor, now)
    return entry.row
