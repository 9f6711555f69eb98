"""Papers that come with answers: claimed from the upload that the same form made, in the same transaction."""

from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts
from wanjia.practice.nouns import Practice
from wanjia.records.cases.models import Case, Paper


def paper_fields(practice: Practice, task: str) -> list[str]:
    """Fields of a task's form that hold papers or photographs."""
    form = practice.forms.get(task)
    return [field for field in (form.fields if form else ()) if practice.facts[field].get("format") == "papers"]


def claim_papers(case: Case, practice: Practice, task: str, answers: Facts, upload_key: str) -> None:
    """Attach the named papers to the case. A token that is not of this upload, or of another case, is refused."""
    for field in paper_fields(practice, task):
        tokens = answers.get(field) or []
        wanted = [str(token) for token in tokens] if isinstance(tokens, list) else []
        if not wanted:
            continue
        free = Paper.objects.filter(token__in=wanted, case=None, upload_key=upload_key)
        own = Paper.objects.filter(token__in=wanted, case=case)
        missing = set(wanted) - set(free.values_list("token", flat=True)) - set(own.values_list("token", flat=True))
        if missing:
            raise Refused([Fault("paper.unknown", Where(field), {"token": token}) for token in sorted(missing)])
        free.update(case=case, fact=field, upload_key="")
