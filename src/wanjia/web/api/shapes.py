"""What goes in and comes out. Bodies are strict: a field that is not known, or of another type, is a fault."""

from datetime import date, datetime
from typing import Any

from ninja import Schema
from pydantic import ConfigDict, Field

KEY_LENGTH_MIN, KEY_LENGTH_MAX = 16, 64
REASON_CHARACTERS_MAX = 300
QUESTION_CHARACTERS_MAX = 500
ANSWER_CHARACTERS_MAX = 1000


class Body(Schema):
    """A body that holds only what it may hold."""

    model_config = ConfigDict(extra="forbid", strict=True)


class FaultOut(Schema):
    """One thing that is wrong: a stable code, where it stands, and a sentence for people."""

    code: str
    where: str
    sentence: str


class Faults(Schema):
    """Every fault that was found; nothing was changed."""

    faults: list[FaultOut]


class Case(Body):
    """A new request. The same `request_key` sent again by the same caller answers the case that it opened."""

    practice: str = Field(max_length=64)
    answers: dict[str, Any]
    request_key: str = Field(min_length=KEY_LENGTH_MIN, max_length=KEY_LENGTH_MAX)
    customer_number: str = Field("", max_length=32)


class Answers(Body):
    """A task's form; `request_key` is the key under which its papers were sent before."""

    answers: dict[str, Any] = {}
    request_key: str = Field("", max_length=KEY_LENGTH_MAX)


class Return(Body):
    """Back to an earlier step."""

    to: str = Field(max_length=64)
    reason: str = Field(min_length=1, max_length=REASON_CHARACTERS_MAX)


class Question(Body):
    """An opinion asked of `person:<id>`, `post:<id>` or an organisation's code."""

    to: str = Field(min_length=1, max_length=80)
    question: str = Field(min_length=1, max_length=QUESTION_CHARACTERS_MAX)


class Opinion(Body):
    """The answer to a question."""

    answer: str = Field(min_length=1, max_length=ANSWER_CHARACTERS_MAX)


class Hand(Body):
    """The task is another's from now on."""

    to: str = Field(min_length=1, max_length=80)
    reason: str = Field(min_length=1, max_length=REASON_CHARACTERS_MAX)


class Substitute(Body):
    """Somebody who may do the task too; null ends it."""

    to: str | None = Field(max_length=80)


class Reason(Body):
    """Why."""

    reason: str = Field(min_length=1, max_length=REASON_CHARACTERS_MAX)


class Note(Body):
    """A few words, or none."""

    note: str = Field("", max_length=200)


class Into(Body):
    """The case that keeps running."""

    into: str = Field(min_length=1, max_length=24)


class Text(Body):
    """A message."""

    text: str = Field(min_length=1, max_length=1000)


class Signal(Body):
    """A message that the process waits for."""

    name: str = Field(max_length=64)
    payload: dict[str, Any] = {}


class Nothing(Body):
    """No fields."""


class PracticeOut(Schema):
    """A practice on which new cases begin."""

    name: str
    version: str
    title: str
    summary: str
    surface: str
    place: str


class FormOut(Schema):
    """One step's form: its JSON Schema, the order of its fields, and what they are called."""

    practice: str
    version: str
    step: str
    form_schema: dict[str, Any]
    fields: list[str]
    required: list[str]
    show_if: dict[str, str]
    labels: dict[str, str]


class OpenedOut(Schema):
    """The accepted request; the code opens the case together with its number."""

    number: str
    access_code: str
    is_new: bool
    status: str
    due_at: datetime | None


class PaperOut(Schema):
    """A paper that was taken in; forms name it by its token."""

    token: str
    name: str
    media_type: str
    size_bytes: int


class TaskOut(Schema):
    """One open task."""

    number: str
    key: str
    step: str
    name: str
    title: str
    practice: str
    holder: str
    opened_at: datetime
    due_at: datetime | None
    group: str


class FactOut(Schema):
    """One fact as a person reads it; `masked` when part of it is hidden."""

    name: str
    label: str
    text: str
    masked: bool
    columns: list[str]
    rows: list[list[str]]


class TaskPageOut(Schema):
    """A task with the part of its case that its holder sees, and what may be done with it."""

    number: str
    key: str
    step: str
    name: str
    status: str
    title: str
    practice: str
    question: str
    opened_at: datetime
    due_at: datetime | None
    verbs: list[str]
    return_to: list[str]
    facts: list[FactOut]
    papers: list[PaperOut]


class StepOut(Schema):
    """An open step of a case."""

    key: str
    step: str
    name: str
    for_requester: bool
    holder: str
    organisation: str
    due_at: datetime | None
    verbs: list[str]


class ClockOut(Schema):
    """One deadline with the rule it stands under."""

    name: str
    regime: str
    status: str
    item: str
    limit_value: int
    limit_unit: str
    started_at: datetime
    due_at: datetime | None


class LetterOut(Schema):
    """An issued letter; the PDF is at /letters/<number>.pdf."""

    number: str
    title: str
    issued_at: datetime


class MessageOut(Schema):
    """A message of a case."""

    at: datetime
    sender: str
    audience: str
    text: str


class DeedOut(Schema):
    """One line of history."""

    at: datetime
    who: str
    verb: str
    sentence: str


class CaseOut(Schema):
    """A case as far as the caller sees it; a requester sees neither facts of others' work nor the history."""

    number: str
    title: str
    practice: str
    status: str
    end: str
    late: bool
    on_hold: bool
    organisation: str
    opened_at: datetime
    ended_at: datetime | None
    due_at: datetime | None
    verbs: list[str]
    tasks: list[StepOut]
    clocks: list[ClockOut]
    facts: list[FactOut]
    papers: list[PaperOut]
    letters: list[LetterOut]
    messages: list[MessageOut]
    history: list[DeedOut]


class CaseRowOut(Schema):
    """A case in a list."""

    number: str
    title: str
    practice: str
    status: str
    late: bool
    organisation: str
    opened_at: datetime
    due_at: datetime | None


class CasesOut(Schema):
    """One page of a list; `total` counts all pages."""

    total: int
    cases: list[CaseRowOut]


class Done(Schema):
    """The case after a verb."""

    number: str
    status: str
    due_at: datetime | None


class AnsweringOut(Schema):
    """One level of the grid at a point, and who answers there."""

    level: int
    role: str
    cell_code: str
    cell: str
    organisation: str
    person: str
    work_phone: str


class FigureOut(Schema):
    """An indicator's value; `cases` is how many it was taken from."""

    id: str
    name: str
    unit: str
    better: str
    source: str
    value: float | None
    cases: int


class FiguresOut(Schema):
    """A practice's indicators over a period."""

    practice: str
    name: str
    first: date
    last: date
    cases: int
    figures: list[FigureOut]


class MeOut(Schema):
    """Who the caller is, and the posts held today."""

    person_id: int
    name: str
    roles: list[str]
    organisations: list[str]
    cells: list[str]
