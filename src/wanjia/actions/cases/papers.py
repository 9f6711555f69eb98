"""Papers that come with answers: claimed from the upload that the same form made, in the same transaction."""

from django.db.models import Q

from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts
from wanjia.practice.nouns import Practice
from wanjia.records.cases.models import Case, Paper


def paper_fields(practice: Practice, task: str) -> list[str]:
    """Fields of a task's form that hold papers or photographs."""
    form = practice.forms.get(task)
    return [field for field in (form.fields if form else ()) if practice.facts[field].get("format") == "papers"]


def paper_faults(
    practice: Practice, task: str, answers: Facts, upload_key: str, case: Case | None = None
) -> tuple[Fault, ...]:
    """Papers named that are neither of this upload nor the case's own."""
    return tuple(
        Fault("paper.unknown", Where(field), {"token": token})
        for field in paper_fields(practice, task)
        if (wanted := _tokens(answers, field))
        for token in sorted(wanted - _known(wanted, upload_key, case))
    )


def claim_papers(case: Case, practice: Practice, task: str, answers: Facts, upload_key: str) -> None:
    """Attach the named papers to the case. A token that is not of this upload, or of another case, is refused."""
    faults = paper_faults(practice, task, answers, upload_key, case)
    if faults:
        raise Refused(faults)
    for field in paper_fields(practice, task):
        wanted = _tokens(answers, field)
        if wanted:
            free = Paper.objects.filter(token__in=wanted, case=None, upload_key=upload_key)
            free.update(case=case, fact=field, upload_key="")


def _tokens(answers: Facts, field: str) -> set[str]:
    named = answers.get(field)
    return {str(token) for token in named} if isinstance(named, list) else set()


def _known(wanted: set[str], upload_key: str, case: Case | None) -> set[str]:
    theirs = Q(case=None, upload_key=upload_key)
    if case is not None:
        theirs |= Q(case=case)
    return set(Paper.objects.filter(theirs, token__in=wanted).values_list("token", flat=True))
