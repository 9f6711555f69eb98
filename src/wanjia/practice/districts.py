"""The capabilities `events_fell` and `microgrid_together`: figures as people enter them, to the kernels and back."""

from datetime import datetime

from wanjia.kernels.balance.advice.microgrid import Flows, together
from wanjia.kernels.balance.diagnosis.repeats import fall
from wanjia.model.jsonvalue import Facts, Json
from wanjia.model.working_time import WorkCalendar

SURE_CHANCE = 0.05
"""A fall that chance alone would bring in one case of twenty or fewer is more than chance: the usual 5 % level."""
PERCENT_DECIMALS, KWH_DECIMALS = 1, 2
FLOWS = (
    "generation_kwh", "charge_kwh", "discharge_kwh", "charging_kwh", "other_use_kwh", "from_grid_kwh", "to_grid_kwh",
)  # fmt: skip


def events_fell(inputs: Facts, now: datetime, calendar: WorkCalendar) -> Facts:
    """`fall_percent` from `before` in `days_before` to `after` in `days_after`, `chance_percent`, `more_than_chance`.

    `fall_percent` is empty where nothing happened before.
    """
    before, after = _figure(inputs.get("before")), _figure(inputs.get("after"))
    found = fall(int(before), _figure(inputs.get("days_before")), int(after), _figure(inputs.get("days_after")))
    return {
        "fall_percent": _percent(found.fall_share),
        "chance_percent": _percent(found.chance),
        "more_than_chance": found.fall_share is not None and found.fall_share > 0 and found.chance <= SURE_CHANCE,
    }


def microgrid_together(inputs: Facts, now: datetime, calendar: WorkCalendar) -> Facts:
    """Generation, storage and charging of a round in kWh to losses and shares in percent; empty where nothing ran."""
    stored = [_figure(inputs.get(name) or 0) for name in ("stored_before_kwh", "stored_now_kwh")]
    found = together(Flows(*(_figure(inputs.get(name)) for name in FLOWS), *stored))
    return {
        "in_kwh": round(found.in_kwh, KWH_DECIMALS),
        "out_kwh": round(found.out_kwh, KWH_DECIMALS),
        "loss_kwh": round(found.loss_kwh, KWH_DECIMALS),
        "loss_percent": _percent(found.loss_share),
        "own_use_percent": _percent(found.own_share),
        "self_supply_percent": _percent(found.self_supply),
        "round_trip_percent": _percent(found.round_trip),
    }


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, PERCENT_DECIMALS)


def _figure(value: Json) -> float:
    """A figure; raises ValueError for anything else."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError("no figure")
    return float(value)
