"""Does the customer owe money, and was the supply cut for it?"""

from datetime import datetime

from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case
from wanjia.records.network.models import Customer


def account_standing(inputs: Facts, case: Case, now: datetime) -> Facts:
    """`arrears_yuan` and `cut_for_arrears`; nothing owed when the customer number is not given or not known."""
    number = inputs.get("customer_number") or case.customer_id
    customer = Customer.objects.filter(number=str(number)).first() if number else None
    if customer is None:
        return {"arrears_yuan": 0, "cut_for_arrears": False}
    return {"arrears_yuan": float(customer.arrears_yuan), "cut_for_arrears": customer.cut_for_arrears}
