"""Names and numbers of those who cannot bear an outage, for whoever answers for them; the reading is recorded."""

from datetime import datetime

from django.db import transaction

from wanjia.actions.network.priorities import priority_customers
from wanjia.actions.permission import require
from wanjia.model.actors import Actor, may
from wanjia.model.faults import Fault, NotFound, Refused, Where
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import PersonalDataRead
from wanjia.records.network.lookups import subject_of_districts, subject_of_outage
from wanjia.records.network.models import Customer, Outage
from wanjia.records.territory.models import Account

REASON_CHARACTERS_MIN = 4
"""As for the personal data of a case."""
FIELDS = ("number", "name", "phone", "address", "priority", "district")


def reveal_priority_customers(number: str, reason: str, actor: Actor, now: datetime) -> tuple[Facts, ...]:
    """FIELDS of the customers whose cells or organisation the actor answers for, life support first.

    Raises NotFound, Denied, and Refused without a reason.
    """
    outage = Outage.objects.filter(number=number).first()
    if outage is None:
        raise NotFound("outage", number)
    require(actor, "personal_data", "reveal", subject_of_outage(outage))
    if len(reason.strip()) < REASON_CHARACTERS_MIN:
        raise Refused([Fault("reveal.reason_missing", Where("reason"))])
    codes = set(outage.districts.values_list("district_id", flat=True))
    mine = [customer for customer in priority_customers(codes) if _answers_for(actor, customer)]
    with transaction.atomic():
        account = Account.objects.get(person_id=actor.person_id)
        PersonalDataRead.objects.create(
            account=account, subject=f"outage:{number}", fields=",".join(FIELDS[:4]), reason=reason.strip()[:200],
            at=now,
        )  # fmt: skip
    return tuple(_shown(customer) for customer in mine)


def _answers_for(actor: Actor, customer: Customer) -> bool:
    district = customer.district
    return may(actor, "personal_data", "reveal", subject_of_districts([(district.cell_code, district.organisation_id)]))


def _shown(customer: Customer) -> Facts:
    return {
        "number": customer.number, "name": customer.name, "phone": customer.phone, "address": customer.address,
        "priority": customer.priority, "district": customer.district.name_zh,
    }  # fmt: skip
