"""Writes the readings of the golden cases of `wanjia series check`: `python -m tests.support.check_cases`.

What must be found is set by hand, in each case's `expected.json`; this module only makes the tables. Homes take
counts of 0.01 kWh that depend on the hour and on a simple rule, no chance, so that every figure can be followed.
"""

import csv
from datetime import date, timedelta
from pathlib import Path

CASES = Path(__file__).resolve().parents[1] / "cases/readings_check"
FIRST = date(2026, 3, 2)
SLOTS = [f"slot_{at:02d}" for at in range(96)]
Day = list[float | None]


def home(number: int, day: int) -> Day:
    """Stand-by at night, a morning, a long evening; it never repeats a figure for long."""
    return [round(0.03 + _hour(number, at) + 0.01 * ((at * 7 + day * 5 + number * 3) % 11), 2) for at in range(96)]


def _hour(number: int, at: int) -> float:
    hour = (at // 4 - number % 3) % 24
    if 7 <= hour < 9:
        return 0.15
    return 0.35 if 18 <= hour < 22 else 0.0


def dirty_fortnight() -> dict[str, list[Day]]:
    """Eight homes over 14 days; what is wrong stands in the case's README."""
    homes = {f"h{number}": [home(number, day) for day in range(14)] for number in range(8)}
    homes["h1"][3][40:47] = [None] * 7
    homes["h2"][5][30] = -4.25
    homes["h3"][6][50] = 9.5
    homes["h4"][2][10], homes["h4"][2][12] = 15.0, 21.0
    for day in range(4, 12):
        homes["h5"][day] = [0.0] * 96
    homes["h6"][8][20:70] = [0.77] * 50
    return homes


def moved_and_multiplied() -> dict[str, list[Day]]:
    """Eight homes over 21 days: the clock of one goes an hour late, a CT ratio of 20 is entered twice for another."""
    homes = {f"h{number}": [home(number, day) for day in range(21)] for number in range(8)}
    late = [value for day in homes["h2"][9:] for value in day]
    late = late[-4:] + late[:-4]
    homes["h2"][9:] = [late[at : at + 96] for at in range(0, len(late), 96)]
    homes["h5"][12:] = [[round(20 * value, 2) for value in day if value is not None] for day in homes["h5"][12:]]
    return homes


def forgotten_multiplier() -> dict[str, list[Day]]:
    """Six homes behind a master of 3 percent loss over 8 days; the ratio of 40 of one was never entered."""
    homes = {f"h{number}": [home(number, day) for day in range(8)] for number in range(6)}
    true = {name: [[v * (40 if name == "h3" else 1) for v in day if v is not None] for day in days]
            for name, days in homes.items()}  # fmt: skip
    sums = [[sum(true[name][day][at] for name in true) for at in range(96)] for day in range(8)]
    return {**homes, "m1": [[round(value / 0.97, 4) for value in day] for day in sums]}


def write(name: str, meters: dict[str, list[Day]]) -> None:
    """The wide table of a case."""
    folder = CASES / name
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "readings.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["meter_id", "day", *SLOTS])
        for meter, days in meters.items():
            for at, values in enumerate(days):
                cells = ["" if value is None else f"{value:g}" for value in values]
                writer.writerow([meter, (FIRST + timedelta(days=at)).isoformat(), *cells])


if __name__ == "__main__":
    for made in (dirty_fortnight, moved_and_multiplied, forgotten_multiplier):
        write(made.__name__, made())
