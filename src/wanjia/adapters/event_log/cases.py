"""Rows to cases, with every contradiction between them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from sys import intern

from wanjia.adapters.event_log.column_map import ColumnMap
from wanjia.adapters.event_log.findings import Findings
from wanjia.adapters.event_log.instants import Unread, instant
from wanjia.adapters.event_log.rows import CASE_ID_CHARACTERS_MAX, Row
from wanjia.kernels.history.globs import matches
from wanjia.kernels.history.nouns import COMPLETE, Case, Event, case_of

REVERSED_SHARE_MAX = 0.05
"""Real logs hold a few ends before their starts (typing, clocks). Up to this share they are named and left out of the
durations; above it two columns are swapped, and the log is refused."""

CASE_FIELDS = ("case_start", "case_end", "case_deadline", "department")


@dataclass
class _Draft:
    """A case while its rows come in: its first row's case fields, and where they stood."""

    first: Row
    dates: dict[str, datetime | None]
    events: list[Event] = field(default_factory=list)
    told: set[str] = field(default_factory=set)


@dataclass
class CaseBuilder:
    """Takes rows one by one; `findings` are reasons to refuse, `notices` what was left out."""

    column_map: ColumnMap
    zone: tzinfo | None
    findings: Findings
    notices: Findings
    drafts: dict[str, _Draft] = field(default_factory=dict)
    events: int = 0
    reversed_steps: list[tuple[int, str]] = field(default_factory=list)

    def take(self, rows: Iterable[Row]) -> None:
        """All rows of a file."""
        for row in rows:
            self._take(row)

    def _take(self, row: Row) -> None:
        self.events += 1
        missing = [role for role in ("case", "activity", "time") if not getattr(row, role)]
        for role in missing:
            self.findings.add(f"history.empty_{role}", row.line, self._column(role))
        if len(row.case) > CASE_ID_CHARACTERS_MAX:
            self.findings.add("history.long_case", row.line, self._column("case"), limit=CASE_ID_CHARACTERS_MAX)
        at = None if "time" in missing else self._instant(row, "time")
        started_at = self._instant(row, "started")
        if "case" in missing:
            return
        draft = self._draft(row)
        if at is None or "activity" in missing:
            return
        if started_at is not None and started_at > at:
            self.reversed_steps.append((row.line, row.case))
            started_at = None
        draft.events.append(self._event(row, at, started_at))

    def _event(self, row: Row, at: datetime, started_at: datetime | None) -> Event:
        # A log repeats a few names hundreds of thousands of times; each is kept once.
        group = intern("" if row.group in self.column_map.not_named else row.group)
        transition = intern(row.transition.lower() or COMPLETE)
        return Event(intern(row.activity), at, group, intern(row.resource), transition, row.instance, started_at)

    def _draft(self, row: Row) -> _Draft:
        """The case's draft; later rows must say the same of the case as the first one."""
        draft = self.drafts.get(row.case)
        if draft is None:
            dates = {role: self._instant(row, role) for role in CASE_FIELDS[:3]}
            return self.drafts.setdefault(row.case, _Draft(row, dates))
        for role in CASE_FIELDS:
            if getattr(row, role) != getattr(draft.first, role) and role not in draft.told:
                draft.told.add(role)
                self._conflict(row, draft.first, role)
        return draft

    def _conflict(self, row: Row, first: Row, role: str) -> None:
        self.findings.add(
            "history.case_conflict", row.line, self._column(role), case=row.case, first_line=first.line,
            first=getattr(first, role), here=getattr(row, role),
        )  # fmt: skip

    def _instant(self, row: Row, role: str) -> datetime | None:
        text = getattr(row, role)
        if not text:
            return None
        found = instant(text, self.zone, whole_day=role == "case_deadline")
        if isinstance(found, Unread):
            self.findings.add(found.value, row.line, self._column(role), text=text[:40])
            return None
        return found

    def _column(self, role: str) -> str:
        return self.column_map.names.get(role, role)

    def cases(self) -> tuple[Case, ...]:
        """All cases, sorted by id; contradictions of dates are told or refused by their share."""
        cases = [self._case(case_id, draft) for case_id, draft in sorted(self.drafts.items()) if draft.events]
        turned = [case for case in cases if _reversed(case)]
        self._tell(
            "history.case_reversed", [(self.drafts[c.case_id].first.line, c.case_id) for c in turned], len(cases)
        )
        self._tell("history.step_reversed", self.reversed_steps, self.events)
        return tuple(cases)

    def _case(self, case_id: str, draft: _Draft) -> Case:
        end_at = draft.dates["case_end"] or self._ended_by_activity(draft)
        department = draft.first.department
        return case_of(
            case_id, draft.events, start_at=draft.dates["case_start"], end_at=end_at,
            deadline_at=draft.dates["case_deadline"],
            department="" if department in self.column_map.not_named else department,
        )  # fmt: skip

    def _ended_by_activity(self, draft: _Draft) -> datetime | None:
        """The last completion of an activity that ends a case, where the map names such activities."""
        patterns = self.column_map.end_activities
        if not patterns:
            return None
        ends = [e.at for e in draft.events if e.transition == COMPLETE and matches(patterns, e.activity)]
        return max(ends, default=None)

    def _tell(self, code: str, places: list[tuple[int, str]], of: int) -> None:
        """As notices when few, as faults when too many."""
        role = "case_end" if code == "history.case_reversed" else "started"
        few = len(places) <= REVERSED_SHARE_MAX * of
        for line, case_id in places:
            if few:
                self.notices.add(f"{code}_noticed", line, self._column(role), case=case_id)
            else:
                self.findings.add(code, line, self._column(role), case=case_id)


def _reversed(case: Case) -> bool:
    return case.start_at is not None and case.end_at is not None and case.end_at < case.start_at
