"""A small month of works to change by hand: five days, six districts on two feeders, two bases."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from wanjia.kernels.planning.problem import Ints
from wanjia.kernels.planning.works.compiling import Compiled, compile_works
from wanjia.model.works import Crew, Horizon, Means, Mode, Need, ServedDistrict, Work, WorkList

FIRST_ON = date(2026, 3, 2)
"""A Monday."""
ZONE = ZoneInfo("Asia/Shanghai")

OUTAGE = Mode("outage", 2.0, dark=("D1", "D2", "D3", "D4"))
GENERATOR = Mode("generator", 3.0, needs=(Need("truck"),), dark=("D1",), effort=0.5)


def at(day: int, hour: float) -> datetime:
    """An hour of the day so many days after the first."""
    return datetime.combine(FIRST_ON, datetime.min.time(), ZONE) + timedelta(days=day, hours=hour)


def on(day: int) -> date:
    """The date so many days after the first."""
    return FIRST_ON + timedelta(days=day)


def work(name: str, *modes: Mode, **more: object) -> Work:
    """A work on the first feeder, near the northern base."""
    return replace(Work(name, f"title of {name}", f"device of {name}", "F1", 120.0, 30.0, modes), **more)  # type: ignore[arg-type]


def work_list(*works: Work, **more: object) -> WorkList:
    """Five days of eight working hours, two crews and one truck at the northern base."""
    listed = WorkList(
        horizon=Horizon(FIRST_ON, 5, slot_minutes=60, day_from_hour=8, day_until_hour=16),
        works=works,
        crews=tuple(Crew(f"crew {number}", "line", "north", 120.0, 30.0) for number in (1, 2)),
        means=(Means("truck A", "truck", "north", 120.0, 30.0),),
        districts=tuple(ServedDistrict(f"D{number}", 100 * number) for number in range(1, 7)),
    )
    return replace(listed, **more)  # type: ignore[arg-type]


def compiled(listed: WorkList) -> Compiled:
    """The problem of a list that has no faults."""
    made = compile_works(listed)
    assert made.compiled is not None, made.faults
    return made.compiled


def option(made: Compiled, number: int, start: datetime, mode: int = 0) -> int:
    """The option of a work that begins then in that mode, of the nearest base."""
    slot, problem = made.slots.slot_of(start), made.problem
    options = range(int(problem.option_begin[number]), int(problem.option_begin[number + 1]))
    return next(one for one in options if problem.start[one] == slot and problem.mode[one] == mode)


def choice(made: Compiled, *starts: datetime | tuple[datetime, int]) -> Ints:
    """A choice from the starts of the works, each in its first mode or with the place of its mode."""
    pairs = [one if isinstance(one, tuple) else (one, 0) for one in starts]
    return np.array([option(made, number, *pair) for number, pair in enumerate(pairs)], np.int64)
