"""Whose request a case is."""

from wanjia.model.actors import Actor
from wanjia.records.cases.models import Case


def asked_by(case: Case, actor: Actor) -> bool:
    """The actor asked: signed in as such, or with the case's number and code."""
    return case.pk in actor.grants or (case.requester_id is not None and case.requester_id == actor.person_id)
