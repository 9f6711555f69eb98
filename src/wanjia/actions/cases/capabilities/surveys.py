"""A case opens its pulse survey, and closes it: only counts that may be shown come back."""

from datetime import datetime

from wanjia.actions.standing import surveys
from wanjia.model.actors import Actor
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case


def open_survey(inputs: Facts, case: Case, now: datetime, actor: Actor) -> Facts:
    """`people_count`: how many are asked."""
    survey = surveys.open_survey(case, inputs, actor, now)
    return {"people_count": sum(row["people"] for row in survey.groups)}


def close_survey(inputs: Facts, case: Case, now: datetime, actor: Actor) -> Facts:
    """`answers_count`, `results`, `withheld_count`."""
    return surveys.close_survey(case, actor, now)
