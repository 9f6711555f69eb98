"""Histories for whoever audits them: which subject it is, and what was done, in words; the raw entry stands beside."""

from collections.abc import Iterable, Sequence

from wanjia.queries.cases.history import sentence
from wanjia.queries.cases.installed import practice_of
from wanjia.records.cases.models import Case, HistoryEntry
from wanjia.records.territory.models import Organisation, Person
from wanjia.records.territory.names import Names
from wanjia.texts import say


def subject_labels(subjects: Iterable[str], language: str) -> dict[str, str]:
    """Subject (`case:12`, `post:manager-1`) -> what it is: a case's number, a person's name, the kind and its code."""
    wanted = {subject: subject.partition(":")[::2] for subject in subjects}
    ids = {kind: [int(key) for one, key in wanted.values() if one == kind and key.isdigit()] for kind in _BY_ID}
    cases = dict(Case.objects.filter(pk__in=ids["case"]).values_list("pk", "number"))
    people = dict(Person.objects.filter(pk__in=ids["person"]).values_list("pk", "name"))
    codes = [key for kind, key in wanted.values() if kind == "organisation"]
    column = "name_en" if language == "en" else "name_zh"
    organisations = dict(Organisation.objects.filter(code__in=codes).values_list("code", column))
    known = {"case": cases, "person": people, "organisation": organisations}
    found = {}
    for subject, (kind, key) in wanted.items():
        name = str(known.get(kind, {}).get(int(key) if kind in _BY_ID and key.isdigit() else key, key))
        found[subject] = name if kind == "case" else _kind(kind, name, language)
    return found


_BY_ID = ("case", "person")


def _kind(kind: str, name: str, language: str) -> str:
    key = f"admin.subject.{kind}"
    word = say(key, language)
    return f"{kind} {name}".strip() if word == key else f"{word} {name}".strip()


def entry_sentences(subject: str, rows: Sequence[HistoryEntry], language: str) -> list[str]:
    """What each entry says; the verb itself where nobody has found words for it."""
    case = _case(subject)
    if case is None:
        return [_plain(row, language) for row in rows]
    practice = practice_of(case.practice)
    names = Names((value for row in rows for value in (row.data.get("to"), row.data.get("from"))), language)
    return [sentence(practice, row.verb, row.data, names, language) for row in rows]


def _case(subject: str) -> Case | None:
    kind, _, key = subject.partition(":")
    if kind != "case" or not key.isdigit():
        return None
    rows = Case.objects.select_related("practice").defer("state", "practice__files")
    return rows.filter(pk=int(key)).first()


def _plain(row: HistoryEntry, language: str) -> str:
    key = f"deed.{row.verb}"
    try:
        found = say(key, language, **{str(name): value for name, value in row.data.items()})
    except KeyError:
        return row.verb
    return row.verb if found == key or "{" in found else found
