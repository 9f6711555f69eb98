"""A plan in words for the terminal, in both languages."""

from wanjia.cli._printed_tables import table
from wanjia.model.works import Figures, Plan, Reason, WorkList
from wanjia.texts import say

WORKS_SHOWN_MAX = 40
"""Works listed on the terminal; with more, the file has them."""
GAP_PROVEN = 1e-7


def plan_words(plan: Plan, listed: WorkList, language: str) -> str:
    """Summary, what each mode saved, the works where they are few, the budget."""
    lines = [_summary(plan, language), _against(plan, language), *_modes(plan, language)]
    if plan.shared.district_hours:
        lines.append(say("plan.shared", language, **_hours(plan.shared)))
    if listed.budget_district_hours is not None:
        over = plan.district_hours > listed.budget_district_hours
        key = "plan.over_budget" if over else "plan.within_budget"
        lines.append(say(key, language, budget=f"{listed.budget_district_hours:g}", **_hours(plan.figures)))
    if len(plan.placed) <= WORKS_SHOWN_MAX:
        lines += ["", *_works(plan, listed, language), "", *_why(plan, language)]
    return "\n".join(lines)


def _hours(figures: Figures) -> dict[str, str]:
    return {"districts": f"{figures.district_hours:g}", "households": f"{figures.household_hours:,.0f}"}


def _summary(plan: Plan, language: str) -> str:
    key = "plan.summary_proven" if plan.gap <= GAP_PROVEN else "plan.summary"
    gap = f"{100 * plan.gap:.2f}"
    return say(key, language, works=len(plan.placed), gap=gap, **_hours(plan.figures))


def _against(plan: Plan, language: str) -> str:
    if plan.naive is None:
        return ""
    saved = plan.naive.district_hours - plan.district_hours
    share = 100 * saved / plan.naive.district_hours if plan.naive.district_hours else 0.0
    households = plan.naive.household_hours - plan.household_hours
    values = {"saved": f"{saved:g}", "share": f"{share:.0f}", "saved_households": f"{households:,.0f}"}
    key = "plan.against_left" if plan.naive_left else "plan.against"
    return say(key, language, left=len(plan.naive_left), **values, **_hours(plan.naive))


def _modes(plan: Plan, language: str) -> list[str]:
    if not plan.savings:
        return []
    head = [say(f"plan.column.{name}", language) for name in ("mode", "works", "districts", "households")]
    rows = [
        [say(f"plan.mode.{one.mode}", language), str(one.works), *_hours(one.saved).values()] for one in plan.savings
    ]
    return table([head, *rows], indent="  ")


def _works(plan: Plan, listed: WorkList, language: str) -> list[str]:
    titles = {work.id: work.title for work in listed.works}
    head = [say(f"plan.column.{name}", language) for name in ("work", "title", "mode", "start", "end", "crews")]
    rows = [
        [
            one.work,
            titles[one.work],
            say(f"plan.mode.{one.mode}", language),
            f"{one.starts_at:%Y-%m-%d %H:%M}",
            f"{one.ends_at:%H:%M}",
            " ".join(one.crews),
        ]
        for one in sorted(plan.placed, key=lambda one: (one.starts_at, one.work))
    ]
    return table([head, *rows], names=6)


def said(reason: Reason, language: str) -> str:
    """A reason as a sentence."""
    between = say("plan.between", language)
    values = {
        name: between.join(map(str, one)) if isinstance(one, list | tuple) else one
        for name, one in reason.values.items()
    }
    return say(f"plan.reason.{reason.code}", language, **values)


def _why(plan: Plan, language: str) -> list[str]:
    """Reasons by work, in the order of the list."""
    return [f"{reason.work}: {said(reason, language)}" for reason in plan.reasons]
