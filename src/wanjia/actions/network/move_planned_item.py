"""Put a work of a proposed plan elsewhere by hand, and take the last such move back."""

from collections.abc import Collection
from datetime import datetime

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from wanjia.actions.network.ask_month_plan import in_state, locked_plan
from wanjia.kernels.planning.works.compiling import Compiled
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, NotFound, Refused, Where
from wanjia.records.cases.history import write_history
from wanjia.records.network.plan_figures import figures_of
from wanjia.records.network.plan_items import columns_of, districts_of
from wanjia.records.network.plan_pricing import compiled_plan, priced_move
from wanjia.records.network.plan_reasons import reasons_kept
from wanjia.records.network.planning import MonthPlan, PlanMove, PlannedItem

DECIDED = (
    "mode", "mode_kind", "starts_at", "ends_at", "crews", "crew_base", "means", "dark", "district_hours",
)  # fmt: skip
"""Columns of an item that a move may change; crews of others too, since whoever is free goes."""


def move_planned_item(
    number: str, item: int, starts_at: datetime, actor: Actor, now: datetime, mode: int | None = None
) -> PlanMove:  # fmt: skip
    """The move. What would break anything is refused with all that it breaks. Raises NotFound, Denied, Refused."""
    with transaction.atomic():
        plan, items = _plan(number, actor)
        row = _item(items, item)
        if row.locked:
            raise Refused([Fault("plan.locked", Where("item"), {"work": row.request.number})])
        before = row.mode, row.starts_at
        change = _moved(plan, items, row, row.mode if mode is None else mode, starts_at)
        row.moved_by = actor.name
        row.save(update_fields=["moved_by"])
        move = PlanMove.objects.create(
            item=row, from_mode=before[0], from_at=before[1], to_mode=row.mode, to_at=row.starts_at,
            district_hours=change, moved_by=actor.reference, moved_by_name=actor.name, moved_at=now,
        )  # fmt: skip
        data = {
            "work": row.request.number, "from": before[1].isoformat(), "to": row.starts_at.isoformat(),
            "mode": row.mode_kind, "district_hours": round(change, 4),
        }  # fmt: skip
        write_history(f"plan:{number}", actor, now, [("plan_item_moved", data)])
        return move


def undo_move(number: str, actor: Actor, now: datetime) -> PlanMove:
    """The last move that stands, taken back. Raises NotFound, Denied, Refused."""
    with transaction.atomic():
        plan, items = _plan(number, actor)
        move = PlanMove.objects.filter(item__plan=plan, undone_at=None).first()
        if move is None:
            raise Refused([Fault("plan.nothing_to_undo", Where("number"))])
        row = _item(items, move.item_id)
        _moved(plan, items, row, move.from_mode, move.from_at)
        move.undone_at = now
        move.save(update_fields=["undone_at"])
        earlier = PlanMove.objects.filter(item=row, undone_at=None).first()
        row.moved_by = earlier.moved_by_name if earlier else ""
        row.save(update_fields=["moved_by"])
        data = {"work": row.request.number, "to": row.starts_at.isoformat(), "mode": row.mode_kind}
        write_history(f"plan:{number}", actor, now, [("plan_move_undone", data)])
        return move


def lock_planned_item(number: str, item: int, locked: bool, actor: Actor, now: datetime) -> PlannedItem:
    """Whether planning may move the work, in this plan and in those that follow. Raises NotFound, Denied, Refused."""
    with transaction.atomic():
        plan = locked_plan(number, "plan", actor)
        in_state(plan, MonthPlan.State.PROPOSED, MonthPlan.State.ADOPTED)
        row = _item(list(plan.items.select_related("request")), item)
        if row.locked != locked:
            row.locked = locked
            row.save(update_fields=["locked"])
            verb = "plan_item_locked" if locked else "plan_item_unlocked"
            write_history(f"plan:{number}", actor, now, [(verb, {"work": row.request.number})])
        return row


def _plan(number: str, actor: Actor) -> tuple[MonthPlan, list[PlannedItem]]:
    plan = locked_plan(number, "plan", actor)
    in_state(plan, MonthPlan.State.PROPOSED)
    return plan, list(plan.items.select_related("request"))


def _item(items: Collection[PlannedItem], key: int) -> PlannedItem:
    found = next((one for one in items if one.pk == key), None)
    if found is None:
        raise NotFound("planned_item", key)
    return found


def _moved(
    plan: MonthPlan, items: Collection[PlannedItem], row: PlannedItem, mode: int, starts_at: datetime
) -> float:  # fmt: skip
    """By how much the plan's hours change; items and figures are written. Raises Refused with all that breaks."""
    priced = priced_move(plan, items, row, mode, starts_at)
    if priced.choice is None or priced.faults:
        raise Refused(priced.faults)
    _write(plan, items, priced.choice)
    return priced.hours.district_hours - priced.hours_before.district_hours


def _write(plan: MonthPlan, items: Collection[PlannedItem], choice: NDArray[np.int64]) -> None:
    compiled = compiled_plan(plan)
    columns, touched = columns_of(compiled, choice), set[str]()
    changed = []
    for item in items:
        new = columns.get(item.request.number)
        if new is not None and any(getattr(item, name) != new[name] for name in DECIDED):
            touched.update(districts_of(item))
            for name in DECIDED:
                setattr(item, name, new[name])
            touched.update(districts_of(item))
            changed.append(item)
    PlannedItem.objects.bulk_update(changed, DECIDED)
    _explain_again(compiled, choice, [one for one in items if one in changed or touched & set(districts_of(one))])
    found = figures_of(compiled, choice)
    plan.figures, plan.gap = {**plan.figures, **found}, _gap(found["cost"], plan.bound)
    plan.save(update_fields=["figures", "gap"])


def _explain_again(compiled: Compiled, choice: NDArray[np.int64], items: Collection[PlannedItem]) -> None:
    """Those that stand elsewhere now, and those that share darkness with them or did."""
    numbers = {work.id for work in compiled.listed.works}
    listed = [one for one in items if one.request.number in numbers]
    why = reasons_kept(compiled, choice, {one.request.number for one in listed})
    for item in listed:
        item.reasons = why[item.request.number]
    PlannedItem.objects.bulk_update(listed, ["reasons"])


def _gap(cost: float, bound: float | None) -> float | None:
    """Share of the cost that may still be won."""
    return None if bound is None else max(0.0, (cost - bound) / cost) if cost > 0 else 0.0
