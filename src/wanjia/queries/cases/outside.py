"""What somebody outside sees of a case behind their link: their own open tasks, and what is meant for their role."""

from dataclasses import dataclass
from datetime import datetime

from wanjia.engine.states import case_from_json
from wanjia.model.actors import Actor
from wanjia.model.faults import NotFound
from wanjia.model.jsonvalue import Facts
from wanjia.practice.nouns import Practice
from wanjia.queries.cases.facts import FactRow, answer_rows, item_text
from wanjia.queries.cases.installed import practice_of
from wanjia.queries.cases.masking import mask_phone
from wanjia.queries.cases.papers import PaperRow, papers_of
from wanjia.records.cases.models import Outsider, Task


@dataclass(frozen=True)
class OutsideTask:
    """A task of theirs with the facts that its form shows; `facts` are for the form's own conditions and choices."""

    key: str
    step: str
    name: str
    help: str
    item: str
    due_at: datetime | None
    has_form: bool
    facts: Facts
    shown: tuple[FactRow, ...]


@dataclass(frozen=True)
class OutsideLetter:
    """A document whose audience is their role."""

    number: str
    title: str
    issued_at: datetime


@dataclass(frozen=True)
class OutsidePage:
    """`papers` are those of facts that one of their forms shows and that the practice lets their role see."""

    pk: int
    token: str
    number: str
    practice: Practice
    organisation: str
    phone: str
    running: bool
    tasks: tuple[OutsideTask, ...]
    papers: tuple[PaperRow, ...]
    letters: tuple[OutsideLetter, ...]


def outsider_of_link(token: str, language: str) -> OutsidePage:
    """Who is meant by a link, and nothing of the case: what stands on the page before the code. Raises NotFound."""
    row, practice = _row(token)
    return _page(row, practice, language, (), (), ())


def outside_page(token: str, actor: Actor, language: str) -> OutsidePage:
    """Everything behind the link, for whoever entered the code. Raises NotFound."""
    row, practice = _row(token)
    if row.pk not in actor.outsiders:
        raise NotFound("link", token)
    tasks = tuple(_task(task, practice, language) for task in row.tasks.filter(status=Task.Status.OPEN))
    wanted = {name for task in tasks for name in _shows(practice, task.step)}
    papers = tuple(paper for paper in papers_of(row.case, practice, actor, language) if paper.fact in wanted)
    letters = tuple(
        OutsideLetter(one.number, str((one.content.get(language) or {}).get("title") or one.letter), one.issued_at)
        for one in row.case.letters.filter(audience=row.role)
    )
    return _page(row, practice, language, tasks, papers, letters)


def _row(token: str) -> tuple[Outsider, Practice]:
    rows = Outsider.objects.select_related("case__practice", "case__organisation").defer("case__practice__files")
    row = rows.filter(token=token).first()
    if row is None:
        raise NotFound("link", token)
    return row, practice_of(row.case.practice)


def _page(
    row: Outsider, practice: Practice, language: str, tasks: tuple[OutsideTask, ...], papers: tuple[PaperRow, ...],
    letters: tuple[OutsideLetter, ...],
) -> OutsidePage:  # fmt: skip
    case = row.case
    name = case.organisation.name_en if language == "en" else case.organisation.name_zh
    return OutsidePage(
        row.pk, row.token, case.number, practice, name, mask_phone(row.phone), case.ended_at is None, tasks, papers,
        letters,
    )  # fmt: skip


def _task(row: Task, practice: Practice, language: str) -> OutsideTask:
    key = f"tasks.{row.step}.help"
    found = practice.text(key, language)
    facts: Facts = {**case_from_json(row.case.state).facts, **(row.item or {})}
    return OutsideTask(
        row.key, row.step, practice.text(f"tasks.{row.step}", language), "" if found == key else found,
        item_text(practice, row.item, language), row.due_at, row.step in practice.forms, facts,
        answer_rows(practice, _shows(practice, row.step), facts, language),
    )  # fmt: skip


def _shows(practice: Practice, step: str) -> tuple[str, ...]:
    form = practice.forms.get(step)
    return form.shows if form else ()
