"""What somebody who keeps the product looks at: stuck cases, who read personal data, any history with its chain."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q

from wanjia.queries.cases.audit_words import entry_sentences, subject_labels
from wanjia.queries.cases.history import who_text
from wanjia.queries.cases.installed import practice_of
from wanjia.queries.cases.rows import Rows
from wanjia.queries.cases.stuck import why_stuck
from wanjia.records.cases.history import broken_links
from wanjia.records.cases.models import Case, HistoryEntry, PersonalDataRead


@dataclass(frozen=True)
class StuckCase:
    """A case whose due clock could not act. Nothing of whom it concerns: whoever mends it needs the reason."""

    number: str
    practice: str
    version: str
    why: str
    opened_at: datetime
    due_at: datetime | None


@dataclass(frozen=True)
class DataRead:
    """Somebody unmasked personal data."""

    at: datetime
    name: str
    login: str
    organisation: str
    case_number: str
    fields: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Subject:
    """One history: how many entries, the last of them."""

    subject: str
    label: str
    entries: int
    last_at: datetime


@dataclass(frozen=True)
class Entry:
    """One entry of a history, in words and as it is sealed. `broken`: the seal does not fit."""

    sequence: int
    at: datetime
    actor: str
    sentence: str
    verb: str
    data: Mapping[str, object]
    seal: str
    broken: bool


def stuck_cases(language: str) -> Rows[StuckCase]:
    """Oldest first."""
    query = Case.objects.exclude(stuck="").select_related("practice").defer("state", "practice__files")
    return Rows(query.order_by("opened_at", "pk"), lambda rows: [_stuck(row, language) for row in rows])


def data_reads(text: str, language: str) -> Rows[DataRead]:
    """Who read what, newest first; a part of the reader's name, the login, or a case number finds them."""
    query = PersonalDataRead.objects.select_related("account__person__organisation").order_by("-at", "-pk")
    text = text.strip()
    if text:
        cases = [f"case:{pk}" for pk in Case.objects.filter(number=text).values_list("pk", flat=True)]
        query = query.filter(
            Q(account__person__name__icontains=text) | Q(account__username=text) | Q(subject__in=cases)
        )  # fmt: skip
    return Rows(query, lambda rows: _reads(rows, language))


def subjects(text: str, language: str) -> Rows[Subject]:
    """Histories, the one that changed last first. A case is found by its number."""
    query = HistoryEntry.objects.values("subject").annotate(entries=Count("id"), last_at=Max("at"))
    text = text.strip()
    if text:
        cases = [f"case:{pk}" for pk in Case.objects.filter(number__iexact=text).values_list("pk", flat=True)]
        query = query.filter(Q(subject__icontains=text) | Q(subject__in=cases))
    return Rows(query.order_by("-last_at", "subject"), lambda rows: _subjects(rows, language))


def entries_of(subject: str, language: str) -> tuple[Entry, ...]:
    """One whole history, newest first, every seal checked."""
    broken = set(broken_links(subject))
    rows = list(HistoryEntry.objects.filter(subject=subject).order_by("-sequence"))
    told = zip(rows, entry_sentences(subject, rows, language), strict=True)
    return tuple(
        Entry(
            row.sequence, row.at, who_text(row.actor, row.actor_name, language), sentence, row.verb, row.data,
            row.entry_hash, row.sequence in broken,
        )
        for row, sentence in told
    )  # fmt: skip


def subject_label(subject: str, language: str) -> str:
    """What a history is about: the case number for `case:12`."""
    return subject_labels([subject], language)[subject]


def _stuck(row: Case, language: str) -> StuckCase:
    practice = practice_of(row.practice)
    return StuckCase(
        row.number, practice.text("name", language), row.practice.version, why_stuck(row, language), row.opened_at,
        row.due_at,
    )  # fmt: skip


def _reads(rows: list[PersonalDataRead], language: str) -> list[DataRead]:
    labels = subject_labels([row.subject for row in rows], language)
    return [
        DataRead(
            row.at, row.account.person.name, row.account.username, _name(row.account.person.organisation, language),
            labels.get(row.subject, row.subject), tuple(row.fields.split(",")), row.reason,
        )
        for row in rows
    ]  # fmt: skip


def _name(organisation, language: str) -> str:
    if organisation is None:
        return ""
    return organisation.name_en if language == "en" else organisation.name_zh


def _subjects(rows: list[dict], language: str) -> list[Subject]:
    labels = subject_labels([row["subject"] for row in rows], language)
    return [Subject(row["subject"], labels[row["subject"]], row["entries"], row["last_at"]) for row in rows]
