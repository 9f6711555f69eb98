"""The indicators that practices declare, computed from their cases over a period; each figure knows its rows."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from wanjia.engine.expressions import ExpressionError, compile_expression, evaluate
from wanjia.model.actors import Actor
from wanjia.model.faults import Where
from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.nouns import Indicator, Practice
from wanjia.queries.cases.installed import active_practices
from wanjia.queries.standing.figure_cases import CaseFacts, Scope, figure_cases
from wanjia.queries.standing.register_figures import RegisterRows, register_rows, register_samples
from wanjia.records.cases.models import Clock, HistoryEntry, Task

SECONDS_IN = {"minutes": 60.0, "hours": 3600.0, "days": 86_400.0}
"""Units that a duration may have."""


@dataclass(frozen=True)
class FigureRow:
    """What one case adds to a figure: a duration or amount in its unit, 1 that is counted, 0 or 100 of a share.

    A case stands there once for each run of a clock, where a share counts runs.
    """

    number: str
    place: str
    value: float


@dataclass(frozen=True)
class Figure:
    """An indicator's value (None without rows), and the rows that it is taken from, no more and no less."""

    id: str
    name: str
    unit: str
    better: str
    source: str
    measure: str
    value: float | None
    rows: tuple[FigureRow, ...]
    by_place: tuple[tuple[str, float | None, int], ...] = ()

    @property
    def cases(self) -> int:
        """How many cases the rows belong to."""
        return len({row.number for row in self.rows})

    def rows_at(self, place: str | None) -> tuple[FigureRow, ...]:
        """The rows of one place (empty: of none); all of them without one."""
        return tuple(row for row in self.rows if place is None or row.place == place)


@dataclass(frozen=True)
class PracticeFigures:
    """All indicators of one practice."""

    practice: str
    name: str
    cases: int
    figures: tuple[Figure, ...]


Sample = tuple[CaseFacts, float]
"""One case and what it contributes; a share is the mean of 0 and 100. With a register, once for each of its rows."""


def practice_figures(
    actor: Actor, scope: Scope, now: datetime, language: str, only: str = "", by_cell: bool = False
) -> tuple[PracticeFigures, ...]:
    """The indicators of every active practice (or of `only` one) that had a case, or wrote a register's row."""
    practices = {one.name: one for one in active_practices() if only in ("", one.name)}
    cases = figure_cases(actor, practices, scope, now, by_cell)
    rows = register_rows(actor, practices, scope, by_cell)
    events = _events(practices, cases)
    found = []
    for name, practice in practices.items():
        figures = _figures(practice, cases[name], events, rows, language)
        if only or cases[name] or any(figure.rows for figure in figures):
            found.append(PracticeFigures(name, practice.text("name", language), len(cases[name]), figures))
    return tuple(found)


def measured(
    practice: Practice,
    indicator: Indicator,
    cases: Sequence[CaseFacts],
    events: "Events",
    rows: Sequence[tuple[CaseFacts, Facts]] = (),
) -> list[Sample]:
    """What each case contributes; cases that an indicator does not speak of are left out. `rows`: of its register."""
    if indicator.register is not None:
        samples = register_samples(indicator, rows)
        return [(case, value) for case, value in samples if _spoken_of(practice, indicator, case)]
    wanted = [case for case in cases if _spoken_of(practice, indicator, case)]
    return list(_MEASURES[indicator.measure](practice, indicator, wanted, events))


def _spoken_of(practice: Practice, indicator: Indicator, case: CaseFacts) -> bool:
    return indicator.where is None or _value(indicator.where, practice, case) is True


class Events:
    """Instants of triggers and ends of clocks of a set of cases, fetched once for all indicators."""

    def __init__(self, cases: Sequence[CaseFacts], triggers: Iterable[str]) -> None:
        self._at: dict[tuple[int, str], datetime] = {}
        kinds = {trigger.partition(":")[0] for trigger in triggers if trigger}
        pks = [case.pk for case in cases]
        if kinds & {"opened", "done", "returned"}:
            self._read_tasks(pks)
        if "message" in kinds:
            self._read_messages(pks)
        for case in cases:
            self._at[case.pk, "case_started"] = case.opened_at
            if case.ended_at:
                self._at[case.pk, "case_ended"] = case.ended_at
        self.clocks: dict[str, list[tuple[int, bool]]] = defaultdict(list)
        for pk, clock, status in Clock.objects.filter(case__in=pks).values_list("case", "clock", "status"):
            if status in ("stopped", "late", "expired"):
                self.clocks[clock].append((pk, status == "stopped"))

    def at(self, case: CaseFacts, trigger: str | None) -> datetime | None:
        """The first time that the trigger happened in the case."""
        return self._at.get((case.pk, trigger or ""))

    def _note(self, pk: int, trigger: str, at: datetime | None) -> None:
        if at is not None:
            known = self._at.get((pk, trigger))
            self._at[pk, trigger] = min(at, known) if known else at

    def _read_tasks(self, pks: list[int]) -> None:
        rows = Task.objects.filter(case__in=pks).values_list("case", "step", "status", "opened_at", "closed_at")
        for pk, step, status, opened_at, closed_at in rows:
            self._note(pk, f"opened:{step}", opened_at)
            if status in ("done", "returned"):
                self._note(pk, f"{status}:{step}", closed_at)

    def _read_messages(self, pks: list[int]) -> None:
        rows = HistoryEntry.objects.filter(subject__in=[f"case:{pk}" for pk in pks], verb="message")
        for subject, at, data in rows.values_list("subject", "at", "data"):
            self._note(int(subject.removeprefix("case:")), f"message:{data.get('name')}", at)


def _events(practices: Mapping[str, Practice], cases: Mapping[str, list[CaseFacts]]) -> Events:
    indicators = [row for practice in practices.values() for row in practice.indicators]
    triggers = [trigger or "" for row in indicators for trigger in (row.from_trigger, row.to_trigger)]
    return Events([case for found in cases.values() for case in found], triggers)


def _figures(
    practice: Practice, cases: list[CaseFacts], events: Events, rows: RegisterRows, language: str
) -> tuple[Figure, ...]:
    of = {row.id: rows.get((practice.name, row.register or ""), ()) for row in practice.indicators}
    return tuple(
        _figure(practice, row, measured(practice, row, cases, events, of[row.id]), language)
        for row in practice.indicators
    )


def _figure(practice: Practice, indicator: Indicator, samples: list[Sample], language: str) -> Figure:
    total = _TOTALS.get(indicator.measure, _mean_of)
    places: dict[str, list[float]] = defaultdict(list)
    for case, value in samples:
        places[case.place].append(value)
    by_place = tuple((place, total(values), len(values)) for place, values in sorted(places.items()))
    rows = tuple(FigureRow(case.number, case.place, value) for case, value in samples)
    return Figure(
        indicator.id, practice.text(f"indicators.{indicator.id}", language), indicator.unit, indicator.better,
        indicator.source, indicator.measure, total([row.value for row in rows]), rows, by_place,
    )  # fmt: skip


def _mean_of(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _number_of(values: list[float]) -> float:
    return float(len(values))


_TOTALS: dict[str, Callable[[list[float]], float | None]] = {"count": _number_of, "entries": _number_of, "sum": sum}
"""Measures that are no mean of what the rows add."""


def _duration(practice: Practice, row: Indicator, cases: list[CaseFacts], events: Events) -> Iterable[Sample]:
    size = SECONDS_IN.get(row.unit, SECONDS_IN["hours"])
    for case in cases:
        begin, end = events.at(case, row.from_trigger), events.at(case, row.to_trigger)
        if begin is not None and end is not None and end >= begin:
            yield case, (end - begin) / timedelta(seconds=size)


def _count(practice: Practice, row: Indicator, cases: list[CaseFacts], events: Events) -> Iterable[Sample]:
    return ((case, 1.0) for case in cases)


def _share(practice: Practice, row: Indicator, cases: list[CaseFacts], events: Events) -> Iterable[Sample]:
    if row.clock is not None:
        known = {case.pk: case for case in cases}
        return ((known[pk], 100.0 * kept) for pk, kept in events.clocks[row.clock] if pk in known)
    return ((case, 100.0 * (_value(row.of or "", practice, case) is True)) for case in cases)


def _mean(practice: Practice, row: Indicator, cases: list[CaseFacts], events: Events) -> Iterable[Sample]:
    for case in cases:
        value = _value(row.of or "", practice, case)
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield case, float(value)


_MEASURES: dict[str, Callable[[Practice, Indicator, list[CaseFacts], Events], Iterable[Sample]]] = {
    "duration": _duration, "count": _count, "share": _share, "mean": _mean,
}  # fmt: skip


@lru_cache(maxsize=1000)
def _tree(text: str) -> Json:
    return compile_expression(text, Where())[0]


def _value(text: str, practice: Practice, case: CaseFacts) -> Json:
    """The value of an expression over the case's facts; null where they do not allow one."""
    tree = _tree(text)
    if tree is None:
        return None
    try:
        return evaluate(tree, case.facts, None)
    except ExpressionError:
        return None
