"""Pages' values as the shapes of the API."""

from collections.abc import Iterable

from wanjia.queries.cases.case_page import CasePage
from wanjia.queries.cases.facts import FactRow
from wanjia.queries.cases.papers import PaperRow
from wanjia.queries.cases.window_tasks import WindowTask
from wanjia.web.api import shapes


def case_out(page: CasePage, asked: bool) -> shapes.CaseOut:
    """A whole case; for the one who `asked` without what staff wrote for each other."""
    head = page.head
    return shapes.CaseOut(
        number=head.number, title=head.title, practice=head.practice, status=head.status, end=head.end, late=head.late,
        on_hold=head.held, organisation=head.organisation, opened_at=head.opened_at, ended_at=head.ended_at,
        due_at=head.due_at, verbs=sorted(page.verbs), tasks=_steps(page, asked), clocks=_clocks(page),
        facts=[] if asked else facts_out(page.facts), papers=papers_out(page.papers),
        letters=[shapes.LetterOut(number=row.number, title=row.title, issued_at=row.issued_at) for row in page.letters],
        messages=[
            shapes.MessageOut(at=row.at, sender=row.sender, audience=row.audience, text=row.text)
            for row in page.messages
            if not asked or row.audience == "requester" or row.from_requester
        ],
        history=[] if asked else [
            shapes.DeedOut(at=row.at, who=row.who, verb=row.verb, sentence=row.sentence) for row in page.history
        ],
    )  # fmt: skip


def task_out(task: WindowTask) -> shapes.TaskPageOut:
    """One task with its part of the case."""
    card, head = task.card, task.head
    return shapes.TaskPageOut(
        number=head.number, key=card.key, step=card.step, name=card.name, status=card.status, title=head.title,
        practice=task.practice.name, question=card.question, opened_at=card.opened_at, due_at=card.due_at,
        verbs=sorted(card.verbs), return_to=[step for step, _ in card.return_to], facts=facts_out(task.facts),
        papers=papers_out(task.papers),
    )  # fmt: skip


def facts_out(rows: Iterable[FactRow]) -> list[shapes.FactOut]:
    """Facts as people read them."""
    return [
        shapes.FactOut(
            name=row.name, label=row.label, text=row.text, masked=row.masked, columns=list(row.columns),
            rows=[list(cells) for cells in row.rows],
        )
        for row in rows
    ]  # fmt: skip


def papers_out(rows: Iterable[PaperRow]) -> list[shapes.PaperOut]:
    """Papers without their content; that is at /papers/<token>/."""
    return [
        shapes.PaperOut(token=row.token, name=row.name, media_type=row.media_type, size_bytes=row.size_bytes)
        for row in rows
    ]


def _steps(page: CasePage, asked: bool) -> list[shapes.StepOut]:
    return [
        shapes.StepOut(
            key=task.key, step=task.step, name=task.name, for_requester=task.for_requester,
            holder="" if asked else task.holder, organisation=task.organisation, due_at=task.due_at,
            verbs=["complete"] if asked and task.for_requester else sorted(task.verbs),
        )
        for task in page.tasks
    ]  # fmt: skip


def _clocks(page: CasePage) -> list[shapes.ClockOut]:
    return [
        shapes.ClockOut(
            name=clock.name, regime=clock.regime, status=clock.status, item=clock.item, limit_value=clock.limit_value,
            limit_unit=clock.limit_unit, started_at=clock.started_at, due_at=clock.due_at,
        )
        for clock in page.clocks
    ]  # fmt: skip
