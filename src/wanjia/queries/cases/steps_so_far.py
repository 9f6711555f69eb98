"""What happened so far, for the one who asked: only what concerns them, without the company's inner affairs."""

from dataclasses import dataclass
from datetime import datetime

from wanjia.practice.nouns import Practice
from wanjia.queries.cases.letter_readers import to_requester
from wanjia.records.cases.models import Case, HistoryEntry
from wanjia.texts import say

VERBS = (
    "started", "done", "returned", "reopened", "withdrawn", "merged", "task_escalated", "urged", "letter_issued",
    "held", "released", "paper_added", "silence",
)  # fmt: skip
"""History verbs that a requester is told; opinions, hand-overs and clocks are the company's own business."""


@dataclass(frozen=True)
class StepSoFar:
    """One line of the timeline."""

    at: datetime
    text: str


def steps_so_far(case: Case, practice: Practice, language: str) -> tuple[StepSoFar, ...]:
    """Oldest first; the end of the case comes last."""
    rows = HistoryEntry.objects.filter(subject=f"case:{case.pk}", verb__in=VERBS).order_by("sequence")
    steps = [StepSoFar(row.at, text) for row in rows if (text := _text(row, practice, language))]
    if case.ended_at and case.end:
        text = say("follow.step.ended", language, end=practice.text(f"ends.{case.end}", language))
        steps.append(StepSoFar(case.ended_at, text))
    return tuple(steps)


def _text(row: HistoryEntry, practice: Practice, language: str) -> str:
    step, to = (_task(practice, row.data.get(key), language) for key in ("step", "to"))
    if row.verb == "letter_issued" and not _is_to_requester(practice, str(row.data.get("letter"))):
        return ""
    if row.verb in ("done", "returned", "silence", "task_escalated") and not step:
        return ""
    letter = practice.text(f"letters.{row.data.get('letter')}.title", language)
    key = "follow.step.done_by_you" if row.verb == "done" and row.actor == "citizen" else f"follow.step.{row.verb}"
    values = {"who": _who(row, language), "step": step, "to": to, "letter": letter, "name": row.data.get("name", "")}
    return say(key, language, into=row.data.get("into", ""), **values)


def _is_to_requester(practice: Practice, letter: str) -> bool:
    """What is written to somebody else in the case is not the requester's to know of."""
    rule = practice.letters.get(letter)
    return rule is None or rule.audience in to_requester(practice)


def _task(practice: Practice, step: object, language: str) -> str:
    """The name of a task; empty for a step that has none (an added opinion), which is nothing to tell."""
    key = f"tasks.{step}"
    found = practice.text(key, language) if step else key
    return "" if found == key else found


def _who(row: HistoryEntry, language: str) -> str:
    return row.actor_name or say("follow.by_system", language)
