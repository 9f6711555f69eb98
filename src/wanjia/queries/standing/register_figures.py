"""What the rows of a register add to a figure: those written in the period, not struck, of cases the reader may see."""

from django.db.models import Q

from wanjia.model.actors import Actor
from wanjia.practice.nouns import Indicator, Practice
from wanjia.queries.cases.visible import below, cases_for, in_cell
from wanjia.queries.standing.figure_cases import CaseFacts, Scope, cases_with
from wanjia.records.cases.models import Case, RegisterRow


def register_samples(
    actor: Actor, practice: Practice, indicator: Indicator, scope: Scope, by_cell: bool
) -> list[tuple[CaseFacts, float]]:
    """A case and the amount of one of its rows: the column `of` of a sum, 1 for each entry."""
    seen = Case.objects.filter(cases_for(actor)).order_by().values("pk")
    rows = RegisterRow.objects.filter(
        _where(scope), case__in=seen, practice=practice.name, register=indicator.register,
        struck_at=None, entered_on__gte=scope.first, entered_on__lte=scope.last,
    )  # fmt: skip
    found = list(rows.order_by("entered_at", "pk").values_list("case", "values"))
    cases = cases_with((pk for pk, _ in found), practice, by_cell)
    amounts = ((pk, 1.0 if indicator.measure == "entries" else values.get(indicator.of)) for pk, values in found)
    return [
        (cases[pk], float(amount))
        for pk, amount in amounts
        if isinstance(amount, int | float) and not isinstance(amount, bool)
    ]


def _where(scope: Scope) -> Q:
    wanted = in_cell(scope.cell, "case__") if scope.cell else Q()
    return wanted & Q(case__organisation__in=below([scope.organisation])) if scope.organisation else wanted
