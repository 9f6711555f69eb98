"""Print the tickets of a group: shown once, kept as hashes, and nobody's name beside any of them."""

import secrets
from datetime import datetime

from django.db import transaction
from django.utils.crypto import salted_hmac

from wanjia.actions.permission import require_on_case
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, NotFound, Refused, Where
from wanjia.records.cases.history import write_history
from wanjia.records.cases.models import Case
from wanjia.records.standing.models import Survey, SurveyTicket

TICKET_DIGITS = 12
"""In three blocks of four: with a thousand tickets out, a guess is right once in 10^9, behind a limit of wrong ones."""


def issue_tickets(number: str, group: str, actor: Actor, now: datetime) -> list[str]:
    """One ticket for each person of the group, in an order that means nothing. Printing again makes new ones and voids
    those that have not been used. Raises Refused once the survey is closed, Denied, NotFound."""
    with transaction.atomic():
        case = Case.objects.select_for_update(of=("self",)).select_related("organisation").filter(number=number).first()
        survey = Survey.objects.select_for_update().filter(case=case).first() if case else None
        if case is None or survey is None:
            raise NotFound("survey", number)
        require_on_case(actor, "case", "complete", case)
        row = next((row for row in survey.groups if row["group"] == group), None)
        if row is None or survey.closed:
            raise Refused([Fault("survey.closed", Where())])
        voided, _ = SurveyTicket.objects.filter(survey=survey, group=group).delete()
        used = survey.issued.get(group, 0) - voided
        tickets = [_ticket() for _ in range(row["people"] - max(used, 0))]
        rows = [SurveyTicket(ticket_hash=hash_of(ticket), survey=survey, group=group) for ticket in tickets]
        SurveyTicket.objects.bulk_create(sorted(rows, key=lambda row: row.ticket_hash))
        survey.issued = {**survey.issued, group: max(used, 0) + len(tickets)}
        survey.save(update_fields=["issued"])
        write_history(f"case:{case.pk}", actor, now, [("survey_tickets", {"name": row["name"], "count": len(tickets)})])
        return tickets


def hash_of(ticket: str) -> str:
    """What is kept of a ticket; only its digits count."""
    digits = "".join(sign for sign in ticket if sign.isdigit())
    return salted_hmac("wanjia.pulse_ticket", digits, algorithm="sha256").hexdigest()


def _ticket() -> str:
    digits = str(secrets.randbelow(10**TICKET_DIGITS)).zfill(TICKET_DIGITS)
    return " ".join(digits[at : at + 4] for at in range(0, TICKET_DIGITS, 4))
