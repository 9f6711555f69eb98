"""Take one person's answers: the ticket is gone first, then, in a transaction of its own, every count is raised.

Nothing else is written: no history, no time, no address, no session. Should the process die between the two, the
answers are lost and the ticket is used; the other way round somebody could answer twice.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime

from django.db import connection, transaction

from wanjia.actions.standing.issue_tickets import hash_of
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.surveys import RATHER_NOT, VALUES
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.standing.models import Survey, SurveyTicket

RAISE = """
    INSERT INTO standing_surveycount (survey_id, "group", question, value, people) VALUES (%s, %s, %s, %s, 1)
    ON CONFLICT (survey_id, "group", question, value) DO UPDATE SET people = standing_surveycount.people + 1
"""


def survey_of(ticket: str, now: datetime) -> Survey:
    """The survey that a ticket opens. Raises Refused for one that is unknown, used or too late: all look alike."""
    row = SurveyTicket.objects.select_related("survey__case__organisation").filter(pk=hash_of(ticket)).first()
    if row is None or not _takes(row.survey, now):
        raise Refused([Fault("survey.ticket", Where(column="ticket"))])
    return row.survey


def answer_survey(ticket: str, answers: Mapping[str, int], now: datetime) -> None:
    """Count the answers to every question of the ticket's survey, once. Raises Refused; the ticket is good still."""
    survey = survey_of(ticket, now)
    allowed = (*VALUES, RATHER_NOT)
    missing = [name for name in survey.questions if answers.get(name) not in allowed]
    if missing:
        raise Refused([Fault("survey.unanswered", Where(column=name)) for name in missing])
    group = _use_up(ticket)
    rows = [(survey.pk, group, name, answers[name]) for name in survey.questions]
    secrets.SystemRandom().shuffle(rows)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(RAISE, rows)


def _use_up(ticket: str) -> str:
    with transaction.atomic():
        row = SurveyTicket.objects.select_for_update().filter(pk=hash_of(ticket)).first()
        if row is None:  # somebody sent the same ticket a moment ago
            raise Refused([Fault("survey.ticket", Where(column="ticket"))])
        row.delete()
        return row.group


def _takes(survey: Survey, now: datetime) -> bool:
    return not survey.closed and work_calendar().day_of(now) <= survey.closes_on
