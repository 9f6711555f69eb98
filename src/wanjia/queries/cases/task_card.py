"""One task of a case: whose it is, since when, and what somebody may do with it."""

from dataclasses import dataclass
from datetime import datetime

from wanjia.engine.handling.work import four_eyes, return_targets_of
from wanjia.engine.nouns import CaseState
from wanjia.model.actors import Actor
from wanjia.model.jsonvalue import Facts
from wanjia.practice.nouns import Practice
from wanjia.queries.cases.facts import item_text
from wanjia.queries.cases.masking import mask_phone
from wanjia.records.cases.models import Task
from wanjia.records.territory.names import Names
from wanjia.texts import say


@dataclass(frozen=True)
class TaskCard:
    """A task in one language, for one actor. `return_to` pairs a step with its name.

    Four eyes: whoever did `other_step`, called `other_than`, may not do this one; it has to be passed on.
    """

    key: str
    step: str
    name: str
    help: str
    item: str
    item_facts: Facts
    opinion: bool
    question: str
    status: str
    closed_at: datetime | None
    holder: str
    organisation: str
    role: str
    delegated_to: str
    for_requester: bool
    escalated: int
    opened_at: datetime
    due_at: datetime | None
    verbs: frozenset[str]
    return_to: tuple[tuple[str, str], ...]
    has_form: bool
    opinions_out: int
    other_than: str
    other_step: str


def task_card(
    row: Task, practice: Practice, state: CaseState, actor: Actor, verbs: frozenset[str], language: str
) -> TaskCard:
    """The card of a task row whose holder, delegate and organisation are read along.

    `verbs` are those that the actor has; what would be refused all the same is left out: a return that could lead
    nowhere, and completing what the actor's own work needs to be checked by.
    """
    earlier = four_eyes(practice.definition, state, row.key) if row.status == Task.Status.OPEN else None
    if earlier is not None and earlier[1] == actor.reference:
        verbs = verbs - {"complete"}
    targets = return_targets_of(practice.definition, state, row.key) if "return" in verbs else []
    return TaskCard(
        row.key, row.step, practice.text(f"tasks.{row.step}", language), _help(row, practice, language),
        item_text(practice, row.item, language), row.item or {}, row.kind == "opinion", row.question, row.status,
        row.closed_at, _holder(row, language), _organisation(row, language),
        practice.text(f"roles.{row.role}", language), row.delegated_to.name if row.delegated_to else "",
        row.for_requester, row.escalated, row.opened_at, row.due_at,
        verbs if targets else verbs - {"return"}, tuple((to, practice.text(f"tasks.{to}", language)) for to in targets),
        row.kind == "user" and row.step in practice.forms, sum(task.for_task == row.key for task in state.tasks),
        Names([earlier[1]], language)(earlier[1]) if earlier else "",
        practice.text(f"tasks.{earlier[0]}", language) if earlier else "",
    )  # fmt: skip


def _holder(row: Task, language: str) -> str:
    """Who has it: a colleague, or a telephone outside, masked."""
    if row.outsider is not None:
        outside = say("desk.outside", language, phone=mask_phone(row.outsider.phone))
        return f"{outside} · {row.holder.name}" if row.holder else outside
    return row.holder.name if row.holder else ""


def _help(row: Task, practice: Practice, language: str) -> str:
    key = f"tasks.{row.step}.help"
    found = practice.text(key, language)
    return "" if found == key else found


def _organisation(row: Task, language: str) -> str:
    if row.organisation is None:
        return ""
    return row.organisation.name_en if language == "en" else row.organisation.name_zh
