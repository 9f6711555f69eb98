"""Show personal data of a case unmasked, and write down who looked, at what, and why."""

from datetime import datetime, timedelta

from django.db import transaction

from wanjia.actions.permission import require_on_case
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, NotFound, Refused, Where
from wanjia.records.cases.models import Case, PersonalDataRead
from wanjia.records.territory.models import Account

REASON_CHARACTERS_MIN = 4


def reveal_personal_data(
    number: str, reason: str, actor: Actor, now: datetime, noted_every: timedelta = timedelta()
) -> dict[str, str]:
    """The requester's name, phone and address. Raises Refused without a permission or a reason.

    Who looks again for the same reason within `noted_every` is not written down again.
    """
    case = Case.objects.select_related("organisation").filter(number=number).first()
    if case is None:
        raise NotFound("case", number)
    require_on_case(actor, "personal_data", "reveal", case)
    if len(reason.strip()) < REASON_CHARACTERS_MIN:
        raise Refused([Fault("reveal.reason_missing", Where("reason"))])
    shown = {"name": case.requester_name, "phone": case.requester_phone, "address": case.address}
    reads = PersonalDataRead.objects.filter(account__person=actor.person_id, subject=f"case:{case.pk}")
    if reads.filter(reason=reason.strip()[:200], at__gt=now - noted_every).exists():
        return shown
    with transaction.atomic():
        account = Account.objects.get(person_id=actor.person_id)
        PersonalDataRead.objects.create(
            account=account, subject=f"case:{case.pk}", fields=",".join(shown), reason=reason.strip()[:200], at=now
        )
    return shown
