"""What somebody outside sees of a case behind their link: their own open tasks, and what is meant for their role."""

from dataclasses import dataclass

from wanjia.engine.states import case_from_json
from wanjia.model.actors import Actor
from wanjia.model.faults import NotFound
from wanjia.practice.nouns import Practice
from wanjia.queries.cases.installed import practice_of
from wanjia.queries.cases.letter_rows import LetterRow, letter_rows
from wanjia.queries.cases.masking import mask_phone
from wanjia.queries.cases.own_tasks import OwnTask, own_task, shown_facts
from wanjia.queries.cases.papers import PaperRow, papers_of
from wanjia.records.cases.models import Outsider, Task


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
    tasks: tuple[OwnTask, ...]
    papers: tuple[PaperRow, ...]
    letters: tuple[LetterRow, ...]


def outsider_of_link(token: str, language: str) -> OutsidePage:
    """Who is meant by a link, and nothing of the case: what stands on the page before the code. Raises NotFound."""
    row, practice = _row(token)
    return _page(row, practice, language, (), (), ())


def outside_page(token: str, actor: Actor, language: str) -> OutsidePage:
    """Everything behind the link, for whoever entered the code. Raises NotFound."""
    row, practice = _row(token)
    if row.pk not in actor.outsiders:
        raise NotFound("link", token)
    facts = case_from_json(row.case.state).facts
    rows = row.tasks.filter(status=Task.Status.OPEN)
    tasks = tuple(own_task(task, practice, facts, language, revealed=False) for task in rows)
    wanted = {name for task in tasks for name in shown_facts(practice, task.step)}
    papers = tuple(paper for paper in papers_of(row.case, practice, actor, language) if paper.fact in wanted)
    letters = letter_rows(row.case.letters.filter(audience=row.role), language)
    return _page(row, practice, language, tasks, papers, letters)


def _row(token: str) -> tuple[Outsider, Practice]:
    rows = Outsider.objects.select_related("case__practice", "case__organisation").defer("case__practice__files")
    row = rows.filter(token=token).first()
    if row is None:
        raise NotFound("link", token)
    return row, practice_of(row.case.practice)


def _page(
    row: Outsider, practice: Practice, language: str, tasks: tuple[OwnTask, ...], papers: tuple[PaperRow, ...],
    letters: tuple[LetterRow, ...],
) -> OutsidePage:  # fmt: skip
    case = row.case
    name = case.organisation.name_en if language == "en" else case.organisation.name_zh
    return OutsidePage(
        row.pk, row.token, case.number, practice, name, mask_phone(row.phone), case.ended_at is None, tasks, papers,
        letters,
    )  # fmt: skip
