"""Two plans beside each other: figures, and every work with where it stands in each."""

from datetime import datetime

from wanjia.model.actors import Actor
from wanjia.queries.network.plan_page import plan_page
from wanjia.queries.network.plan_shapes import Compared, Comparison, Item

ORDER = ("dropped", "added", "mode", "moved", "same")
"""What differs most stands first."""


def compare_plans(before: str, after: str, actor: Actor, now: datetime, language: str) -> Comparison:
    """Works are the same when they come from the same request. Raises NotFound, Denied."""
    one, other = (plan_page(number, actor, now, language) for number in (before, after))
    was, will = ({item.request: item for item in page.items} for page in (one, other))
    works = [_compared(was.get(request), will.get(request)) for request in dict.fromkeys([*was, *will])]
    works.sort(key=lambda work: (ORDER.index(work.change), work.request))
    same = sum(work.change == "same" for work in works)
    return Comparison(
        one.line, other.line, one.figures, other.figures, tuple(works), sum(bool(work.before and work.after) for work in
        works) - same, same,
    )  # fmt: skip


def _compared(before: Item | None, after: Item | None) -> Compared:
    known = after or before
    assert known is not None
    return Compared(known.request, known.title, _change(before, after), before, after)


def _change(before: Item | None, after: Item | None) -> str:
    if before is None or after is None:
        return "added" if before is None else "dropped"
    if before.mode_kind != after.mode_kind:
        return "mode"
    return "same" if before.starts_at == after.starts_at else "moved"
