"""What the rows of a register add to a figure: those written in the period, not struck, of cases the reader may see."""

from collections.abc import Mapping, Sequence

from django.db.models import Q

from wanjia.model.actors import Actor
from wanjia.model.jsonvalue import Facts
from wanjia.practice.nouns import Indicator, Practice
from wanjia.queries.cases.visible import below, cases_for, in_cell
from wanjia.queries.standing.figure_cases import CaseFacts, Scope, cases_with
from wanjia.records.cases.models import Case, RegisterRow

RegisterRows = Mapping[tuple[str, str], Sequence[tuple[CaseFacts, Facts]]]
"""By practice and register: the values of each row, with the case that wrote it."""


def register_rows(actor: Actor, practices: Mapping[str, Practice], scope: Scope, by_cell: bool) -> RegisterRows:
    """The rows of all registers that an indicator of these practices is taken from."""
    wanted = {(name, row.register) for name, one in practices.items() for row in one.indicators if row.register}
    if not wanted:
        return {}
    seen = Case.objects.filter(cases_for(actor)).order_by().values("pk")
    rows = RegisterRow.objects.filter(
        _where(scope), case__in=seen, practice__in={name for name, _ in wanted}, struck_at=None,
        entered_on__gte=scope.first, entered_on__lte=scope.last,
    )  # fmt: skip
    rows = rows.order_by("entered_at", "pk")
    found = [row for row in rows.values_list("practice", "register", "case", "values") if row[:2] in wanted]
    cases = cases_with((pk for _, _, pk, _ in found), practices, by_cell)
    by_register: dict[tuple[str, str], list[tuple[CaseFacts, Facts]]] = {}
    for practice, register, pk, values in found:
        by_register.setdefault((practice, register), []).append((cases[pk], values))
    return by_register


def register_samples(indicator: Indicator, rows: Sequence[tuple[CaseFacts, Facts]]) -> list[tuple[CaseFacts, float]]:
    """A case and the amount of one of its rows: the column `of` of a sum, 1 for each entry."""
    amounts = (
        (case, 1.0 if indicator.measure == "entries" else values.get(indicator.of or "")) for case, values in rows
    )
    return [
        (case, float(amount))
        for case, amount in amounts
        if isinstance(amount, int | float) and not isinstance(amount, bool)
    ]


def _where(scope: Scope) -> Q:
    wanted = in_cell(scope.cell, "case__") if scope.cell else Q()
    return wanted & Q(case__organisation__in=below([scope.organisation])) if scope.organisation else wanted
