"""What moving a work of a plan would do, told while it is being dragged."""

from datetime import datetime

from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, NotFound, Where
from wanjia.queries.network.month_plan import plan_row
from wanjia.queries.network.plan_shapes import MovePrice
from wanjia.records.network.plan_pricing import priced_move
from wanjia.records.network.planning import MonthPlan

COLUMNS = (
    "plan_id", "mode", "mode_kind", "starts_at", "ends_at", "crews", "crew_base", "means", "locked", "request__number",
)  # fmt: skip
"""Of the items, what a price needs: asked many times a second, of hundreds of rows."""


def price_of_move(
    number: str, item: int, starts_at: datetime, actor: Actor, mode: int | None = None
) -> MovePrice:  # fmt: skip
    """Hours of the whole plan before and after, and everything that the move would break.

    Raises NotFound, Denied; Refused for a plan that was never made.
    """
    plan = plan_row(number, actor, heavy=False)
    items = list(plan.items.select_related("request").only(*COLUMNS))
    row = next((one for one in items if one.pk == item), None)
    if row is None:
        raise NotFound("planned_item", item)
    wanted = row.mode if mode is None else mode
    priced = priced_move(plan, items, row, wanted, starts_at)
    faults = list(priced.faults)
    if row.locked:
        faults.append(Fault("plan.locked", Where("item"), {"work": row.request.number}))
    if plan.state != MonthPlan.State.PROPOSED:
        faults.append(Fault("plan.state", Where("number"), {"plan": number, "state": plan.state}))
    return MovePrice(
        item, wanted, starts_at, priced.ends_at, priced.hours.district_hours, priced.hours_before.district_hours,
        tuple(faults), priced.hours.household_hours, priced.hours_before.household_hours,
    )  # fmt: skip
