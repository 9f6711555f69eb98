"""Open tasks as those outside the company see them: whoever asked, and people behind a link."""

from dataclasses import dataclass
from datetime import datetime

from wanjia.model.jsonvalue import Facts
from wanjia.practice.nouns import Practice
from wanjia.queries.cases.facts import FactRow, fact_rows, item_text
from wanjia.records.cases.models import Task


@dataclass(frozen=True)
class OwnTask:
    """An open task of theirs. `facts` are the case's and the branch's, to draw the form with; `shown` stand above."""

    key: str
    step: str
    name: str
    help: str
    item: str
    due_at: datetime | None
    has_form: bool
    facts: Facts
    shown: tuple[FactRow, ...]


def own_task(row: Task, practice: Practice, case_facts: Facts, language: str, revealed: bool) -> OwnTask:
    """One task; `revealed`: what stands above its form is the reader's own data."""
    key = f"tasks.{row.step}.help"
    found, facts = practice.text(key, language), {**case_facts, **(row.item or {})}
    above = {name: facts.get(name) for name in shown_facts(practice, row.step)}
    return OwnTask(
        row.key, row.step, practice.text(f"tasks.{row.step}", language), "" if found == key else found,
        item_text(practice, row.item, language), row.due_at, row.step in practice.forms, facts,
        fact_rows(practice, above, language, revealed),
    )  # fmt: skip


def shown_facts(practice: Practice, step: str) -> tuple[str, ...]:
    """Facts that stand above the form of a step."""
    form = practice.forms.get(step)
    return form.shows if form else ()
