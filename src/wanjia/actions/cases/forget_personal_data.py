"""Take personal data out of everything that a case has written, once nobody may keep it any longer.

What the case did stays: its steps, clocks, figures and ends. The facts themselves are emptied by the practice's own
decision table, because only the practice knows what its process still reads.
"""

from collections.abc import Collection

from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.nouns import Practice
from wanjia.records.cases.models import Case, Delivery, Letter, Message, Outsider, Paper, RegisterRow, Task
from wanjia.texts import LANGUAGES, say


def forget_personal_data(case: Case, practice: Practice) -> None:
    """Inside the transaction that has locked the case; the case's own row is written by whoever saves the step."""
    names = frozenset(name for name, rule in practice.facts.items() if rule.get("personal"))
    tables = frozenset(name for name, rule in practice.facts.items() if _columns(rule) & names)
    rows = frozenset(column for name in names for column in _columns(practice.facts[name]))
    _empty_case(case)
    _empty_tasks(case, names | rows, tables)
    _empty_rows(case, names)
    for letter in Letter.objects.filter(case=case):
        letter.content = {language: _only_title(letter.content, language) for language in LANGUAGES}
        letter.save(update_fields=["content"])
    Paper.objects.filter(case=case, fact__in=names).delete()
    _empty_words(case, names)


def _empty_case(case: Case) -> None:
    """How the requester is called and reached, and the place to the point; the cell stays for the figures."""
    case.requester_name = case.requester_phone = case.address = ""
    case.longitude = case.latitude = case.customer = None


def _empty_tasks(case: Case, names: Collection[str], tables: Collection[str]) -> None:
    tasks = list(Task.objects.filter(case=case))
    for task in tasks:
        task.answers = _without(task.answers, names, tables)
        task.item = _without(task.item, names, tables)
        task.question = ""
    Task.objects.bulk_update(tasks, ["answers", "item", "question"])
    for outsider in Outsider.objects.filter(case=case):
        outsider.phone = f"-{outsider.pk}"
        outsider.save(update_fields=["phone"])


def _empty_rows(case: Case, names: Collection[str]) -> None:
    """Register rows keep what is counted; a subject outside the company is no longer named."""
    rows = list(RegisterRow.objects.filter(case=case))
    for row in rows:
        row.values = {name: None if name in names else value for name, value in row.values.items()}
        if row.subject_kind in ("requester", "place", "customer"):
            row.subject_name, row.subject_id, row.person = "", "", None
    RegisterRow.objects.bulk_update(rows, ["values", "subject_name", "subject_id", "person"])


def _empty_words(case: Case, names: Collection[str]) -> None:
    """What people wrote freely goes; notices keep their occasion; what was sent out keeps that it was sent."""
    Message.objects.filter(case=case).exclude(text="").delete()
    for message in Message.objects.filter(case=case):
        kept = {name: value for name, value in message.values.items() if name not in names and name != "requester"}
        if kept != message.values:
            message.values = kept
            message.save(update_fields=["values"])
    waiting = Delivery.objects.filter(case=case, status=Delivery.Status.WAITING)
    waiting.update(status=Delivery.Status.DROPPED)
    Delivery.objects.filter(case=case).update(address="", subject="", body="")


def _only_title(content: Json, language: str) -> Facts:
    said = content.get(language) if isinstance(content, dict) else None
    title = said.get("title", "") if isinstance(said, dict) else ""
    return {"title": title, "blocks": [{"text": say("case.forgotten", language)}], "signed_by": ""}


def _without(facts: Facts | None, names: Collection[str], tables: Collection[str]) -> Facts | None:
    """Facts without the personal ones, in the rows of tables too."""
    if facts is None:
        return None
    return {name: _cleared(name, value, names, tables) for name, value in facts.items() if name not in names}


def _cleared(name: str, value: Json, names: Collection[str], tables: Collection[str]) -> Json:
    if name not in tables or not isinstance(value, list):
        return value
    return [_without(row, names, ()) if isinstance(row, dict) else row for row in value]


def _columns(rule: Facts) -> set[str]:
    items = rule.get("items")
    properties = items.get("properties") if isinstance(items, dict) else None
    return set(properties) if isinstance(properties, dict) else set()
