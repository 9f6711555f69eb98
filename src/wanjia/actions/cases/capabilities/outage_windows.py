"""From when to when supply is to be stopped, as a case says it."""

from datetime import datetime

from django.utils import timezone

from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts, Json


def window(inputs: Facts) -> tuple[datetime, datetime]:
    """`starts_at` and `ends_at`, aware. Raises Refused."""
    begins, ends = instant(inputs["starts_at"]), instant(inputs["ends_at"])
    if begins >= ends:
        raise Refused([Fault("unavailable", Where())])
    return begins, ends


def instant(value: Json) -> datetime:
    """An instant; without an offset it is of the company's zone. Raises Refused."""
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise Refused([Fault("unavailable", Where())]) from error
    return at if at.tzinfo else timezone.make_aware(at)
