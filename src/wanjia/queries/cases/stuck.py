"""Why a case's due clock could not act, in words."""

from wanjia.records.cases.models import Case
from wanjia.texts import say


def why_stuck(case: Case, language: str) -> str:
    """The sentence; empty for a case that is not stuck. A code that lost its values is answered in general."""
    if not case.stuck:
        return ""
    try:
        found = say(case.stuck, language, **case.stuck_values)
        complete = "{" not in found and found != case.stuck
    except KeyError:
        complete = False
    return found if complete else say("stuck.in_general", language)
