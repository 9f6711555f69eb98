"""What a case is, in the words of a list: the top of its page, and of the page of each of its tasks."""

from dataclasses import dataclass
from datetime import datetime

from wanjia.engine.nouns import CaseState
from wanjia.engine.states import is_held
from wanjia.practice.nouns import Practice
from wanjia.queries.cases.masking import mask_name, mask_phone
from wanjia.records.cases.models import Case


@dataclass(frozen=True)
class Head:
    """One case; name and phone are masked unless revealed. `cell_path` leads from the widest cell to the smallest.

    `outage` is the number of the outage that it is about.
    """

    pk: int
    number: str
    title: str
    practice: str
    practice_name: str
    status: str
    end: str
    late: bool
    held: bool
    surface: str
    organisation: str
    requester: str
    phone: str
    opened_at: datetime
    ended_at: datetime | None
    due_at: datetime | None
    address: str
    longitude: float | None
    latitude: float | None
    cell_path: tuple[str, ...]
    outage: str = ""


def case_head(case: Case, practice: Practice, state: CaseState, language: str, revealed: bool) -> Head:
    """The head of a case row whose organisation is read along."""
    english = language == "en"
    return Head(
        case.pk, case.number, case.title_en if english else case.title, practice.name, practice.text("name", language),
        case.status, practice.text(f"ends.{case.end}", language) if case.end else "", case.late, is_held(state),
        case.surface, case.organisation.name_en if english else case.organisation.name_zh,
        case.requester_name if revealed else mask_name(case.requester_name),
        case.requester_phone if revealed else mask_phone(case.requester_phone), case.opened_at, case.ended_at,
        case.due_at, case.address, case.longitude, case.latitude,
        tuple(code for code in case.cell_path.split("/") if code), case.outage.number if case.outage else "",
    )  # fmt: skip
