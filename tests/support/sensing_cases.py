"""Writes the golden cases of sensing anew: `python -m tests.support.sensing_cases`. What must come out is set by hand.

A small town (`tests/cases/sensing/town`): two feeders, on each a breaker, two sections behind a switch each, two
districts on each section, six meters and a terminal in every district. Times are seconds from the beginning.
"""

import csv
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support.feeders import made
from wanjia.adapters.grid_files.folder import write_network

CASES = Path(__file__).resolve().parents[1] / "cases/sensing"
BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
LOST, BACK, END = 2000.0, 3800.0, 4800.0
GOLDEN = 0.618034
"""Share of a turn that spreads any number of rhythms evenly."""
GASP, ANNOUNCED_MAX = 15.0, 60.0
"""Seconds from the loss to the first gasp's arrival, and from there to the announcement at the latest."""
METERS = 6
DISTRICTS = [f"t{f}.{s}.{d}" for f in range(2) for s in range(2) for d in range(2)]
Said = tuple[str, str, float, float]
"""Device, kind, seconds of occurrence, seconds of arrival."""


def meters(*districts: str) -> list[str]:
    """Meters of these districts."""
    return [f"m{METERS * DISTRICTS.index(name) + i}" for name in districts for i in range(METERS)]


def devices(*districts: str) -> list[str]:
    """Meters and terminals of these districts."""
    return [*meters(*districts), *districts]


def say(names: Iterable[str], kind: str, at: float, spread: float = 10.0) -> list[Said]:
    """Each in turn, evenly over `spread` seconds; it arrives 5 seconds later."""
    names = list(names)
    times = [at + spread * i / len(names) for i in range(len(names))]
    return [(name, kind, time, time + 5.0) for name, time in zip(names, times, strict=True)]


def gasps(*districts: str, at: float = LOST) -> list[Said]:
    """Terminals gasp after 10 seconds, meters after 32."""
    return say(districts, "last_gasp", at + 10.0) + say(meters(*districts), "last_gasp", at + 32.0)


def returns(*districts: str, at: float = BACK) -> list[Said]:
    """Words of the return."""
    return say(devices(*districts), "restored", at + 3.0)


def beats(dark: dict[str, tuple[float, float]], end: float = END) -> list[Said]:
    """Heartbeats of everybody, but for the devices in `dark` between the two times."""
    said: list[Said] = []
    for i, name in enumerate(devices(*DISTRICTS)):
        every = 300.0 if name in DISTRICTS else 900.0
        at = every * (i * GOLDEN % 1.0)
        while at < end:
            begin, until = dark.get(name, (end, end))
            if not begin < at < until + 60.0:
                said.append((name, "heartbeat", at, at + 5.0))
            at += every
    return said


def out(*districts: str, begin: float = LOST, end: float = BACK) -> dict[str, tuple[float, float]]:
    """These districts say nothing between."""
    return dict.fromkeys(devices(*districts), (begin, end))


@dataclass(frozen=True)
class Case:
    """A case: what is said, what must come out, what is planned (branch, from, to)."""

    said: list[Said]
    outages: list[dict[str, Any]] = field(default_factory=list)
    planned: list[tuple[str, float, float]] = field(default_factory=list)
    merged: dict[str, str] = field(default_factory=dict)
    """Outage to the one that it was merged into."""


def outage(
    device: str, level: str, districts: list[str], history: str, starts: float = LOST, ends: float | None = BACK,
    **more: Any,
) -> dict[str, Any]:  # fmt: skip
    """An expected outage; `history` is what happened to it, in words."""
    found = {"device_id": device, "level": level, "districts": districts, "planned": False, "cause_hint": ""}
    times = {"starts_at": iso(starts), "ends_at": None if ends is None else iso(ends), "history": history.split()}
    if history.startswith("announced"):
        times["detected_by"] = iso(starts + GASP + ANNOUNCED_MAX)
    return {**found, **times, **more}


def iso(seconds: float) -> str:
    """A time of the case as the tables have it."""
    return (BEGIN + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


def stray_gasp() -> Case:
    """Three meters and a terminal gasp for reasons of their own. One says soon that it is back, one falls silent
    for good (it was taken down), two go on with their heartbeats. Nobody is dark.
    """
    strays = ["m3", "m20", "m41", "t1.1.0"]
    said = beats({"m41": (2500.0, END)}) + [
        one for i, n in enumerate(strays) for one in say([n], "last_gasp", 2000.0 + 40 * i)
    ]
    return Case(said + say(["m3"], "restored", 2050.0))


def district_lost() -> Case:
    """A transformer's fuse blows: its six meters and its terminal gasp, nobody else does; after half an hour it is
    back.
    """
    one = "t0.1.1"
    return Case(beats(out(one)) + gasps(one) + returns(one), [outage(one, "district", [one], "announced ended")])


def nested_restoration() -> Case:
    """A section goes dark. Its first district is back after 20 minutes, its second after 37: the same outage
    shrinks to the district that is still dark.
    """
    first, last = "t0.1.0", "t0.1.1"
    said = beats(out(first, end=3200.0) | out(last, end=4200.0), 5400.0) + gasps(first, last)
    expected = outage(last, "district", [last], "announced shrunk ended", ends=4200.0)
    return Case(said + returns(first, at=3200.0) + returns(last, at=4200.0), [expected])


def concentrator_silent() -> Case:
    """A concentrator fails: six meters fall silent, the district's terminal goes on. Silence is not darkness."""
    quiet = dict.fromkeys(meters("t1.0.1"), (LOST, END))
    return Case(beats(quiet))


def concentrator_with_transformer() -> Case:
    """A transformer goes dark, and its concentrator with it: no meter's gasp arrives, only the terminal's, which
    could be a stray one. That two of the terminal's heartbeats and the meters' are missing decides, after ten
    minutes.
    """
    one = "t1.0.1"
    said = beats(out(one)) + say([one], "last_gasp", LOST + 10.0) + say([one], "restored", BACK + 3.0)
    expected = outage(
        one, "district", [one], "announced ended", cause_hint="communication_lost_too", detected_by=iso(LOST + 660.0)
    )
    return Case(said, [expected])


def planned_no_alarm() -> Case:
    """Planned work on a section, inside its window: it is noted and nobody is alarmed."""
    dark = ("t0.1.0", "t0.1.1")
    expected = outage("switch0.1", "section", list(dark), "planned planned_ended", planned=True, cause_hint="planned")
    said = beats(out(*dark)) + gasps(*dark) + returns(*dark)
    return Case(said, [expected], [("switch0.1", 1900.0, 4100.0)])


def planned_overrun() -> Case:
    """The same work lasts longer than its window, which ends after 900 seconds. Ten minutes later what is still
    dark is an alarm, counted from the window's end.
    """
    dark = ["t0.1.0", "t0.1.1"]
    noted = outage(
        "switch0.1", "section", dark, "planned planned_ended", ends=2900.0, planned=True, cause_hint="planned"
    )
    late = outage("switch0.1", "section", dark, "overrun ended", starts=2900.0, cause_hint="planned_overrun")
    said = beats(out(*dark)) + gasps(*dark) + returns(*dark)
    return Case(said, [noted, late], [("switch0.1", 1900.0, 2900.0)])


def momentary() -> Case:
    """A feeder's breaker opens and is closed again after 150 seconds: announced, ended, and called momentary."""
    dark, back = ("t1.0.0", "t1.0.1", "t1.1.0", "t1.1.1"), LOST + 150.0
    expected = outage("breaker1.0", "feeder", list(dark), "announced ended", ends=back, cause_hint="momentary")
    return Case(beats(out(*dark, end=back)) + gasps(*dark) + returns(*dark, at=back), [expected])


def split() -> Case:
    """A whole feeder goes dark and is closed again, but two districts, on different sections, stay dark: one outage
    becomes two, and the second bears the first's number as its origin.
    """
    dark, back = ("t1.0.0", "t1.0.1", "t1.1.0", "t1.1.1"), ("t1.0.1", "t1.1.0")
    rest = ("t1.0.0", "t1.1.1")
    said = beats(out(*back, end=3000.0) | out(*rest, end=4200.0), 5400.0) + gasps(*dark)
    one = outage("t1.0.0", "district", ["t1.0.0"], "announced shrunk ended", ends=4200.0)
    other = outage("t1.1.1", "district", ["t1.1.1"], "split ended", ends=4200.0, split_from="outage-1")
    return Case(said + returns(*back, at=3000.0) + returns(*rest, at=4200.0), [one, other])


def merge() -> Case:
    """Two districts on different sections are lost at once and announced as two outages. After 150 seconds the
    feeder's breaker opens as well: the younger is merged into the older, which is the feeder's now.
    """
    first, later = ("t0.0.0", "t0.1.1"), ("t0.0.1", "t0.1.0")
    everybody = sorted((*first, *later))
    said = beats(out(*first) | out(*later, begin=LOST + 150.0)) + gasps(*first) + gasps(*later, at=LOST + 150.0)
    # The neighbours' heartbeats in between show that two devices opened, not one upstream.
    said += say(devices(*later), "heartbeat", LOST + 40.0, 5.0)
    expected = outage("breaker0.0", "feeder", everybody, "announced grown ended")
    return Case(said + returns(*everybody), [expected], merged={"outage-2": "outage-1"})


def late_and_duplicated() -> Case:
    """A section goes dark. Every fourth event of the whole table, gasps and words of the return too, arrives 400
    seconds late, and every third arrives twice.
    """
    dark = ("t0.1.0", "t0.1.1")
    said = beats(out(*dark)) + gasps(*dark) + returns(*dark)
    lagged = [
        (name, kind, at, arrived + (400.0 if i % 4 == 0 else 0.0)) for i, (name, kind, at, arrived) in enumerate(said)
    ]
    again = [(name, kind, at, arrived + 30.0) for name, kind, at, arrived in lagged[::3]]
    return Case(lagged + again, [outage("switch0.1", "section", list(dark), "announced ended")])


def clock_off() -> Case:
    """A district goes dark while clocks are wrong in it and in its neighbour, by 45 seconds to an hour, ahead and
    behind. The outage is neither hidden nor doubled, nor does the neighbour's terminal, 20 minutes ahead, look
    dark.
    """
    one = "t1.1.0"
    off = dict(
        zip(
            [*meters("t1.1.0")[:3], *meters("t1.1.1")[:3], "t1.1.1"],
            (-3600, 600, 45, 3600, -900, 120, 1200),
            strict=True,
        )
    )
    said = [
        (name, kind, at + off.get(name, 0.0), arrived)
        for name, kind, at, arrived in beats(out(one)) + gasps(one) + returns(one)
    ]
    return Case(said, [outage(one, "district", [one], "announced ended")])


def still_dark_after_restoration() -> Case:
    """A district comes back, three of its meters do not: a fault on their low-voltage branch was hidden behind the
    first. After 40 minutes of silence they are an outage of their own, split off, which stays open.
    """
    one, nested, end = "t0.0.1", meters("t0.0.1")[:3], 7400.0
    rest = [name for name in devices(one) if name not in nested]
    said = beats(dict.fromkeys(nested, (LOST, end)) | dict.fromkeys(rest, (LOST, BACK)), end)
    said += gasps(one) + say(rest, "restored", BACK + 3.0)
    hidden = outage(one, "meter", [one], "split", ends=None, cause_hint="still_dark", customers=3)
    return Case(said, [outage(one, "district", [one], "announced ended"), hidden])


MADE: tuple[Callable[[], Case], ...] = (
    stray_gasp, district_lost, nested_restoration, concentrator_silent, concentrator_with_transformer, planned_no_alarm,
    planned_overrun, momentary, split, merge, late_and_duplicated, clock_off, still_dark_after_restoration,
)  # fmt: skip


def write(folder: Path, make: Callable[[], Case]) -> None:
    """Events in order of arrival, plans, what is expected, and the case's story, which stands at its function."""
    case, story = make(), " ".join((make.__doc__ or "").split())
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "events.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("device_id", "kind", "occurred_at", "received_at"))
        rows.writerows(
            (n, kind, iso(at), iso(arrived)) for n, kind, at, arrived in sorted(case.said, key=lambda one: one[3])
        )
    if case.planned:
        lines = [f"{name},{iso(begin)},{iso(end)}" for name, begin, end in case.planned]
        (folder / "planned.csv").write_text("\n".join(["branch_id,starts_at,ends_at", *lines]) + "\n", encoding="utf-8")
    expected = {"network": "../town", "tolerance_seconds": 30, "outages": case.outages, "merged": case.merged}
    (folder / "expected.json").write_text(json.dumps(expected, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    origin = "Origin: events by formula (`tests/support/sensing_cases.py`), what is expected by hand."
    (folder / "README.md").write_text(f"{story}\n\n{origin}\n", encoding="utf-8")


def main() -> None:
    """All of them."""
    (CASES / "town").mkdir(parents=True, exist_ok=True)
    write_network(CASES / "town", made(2, 2, 2, METERS), ".csv")
    for make in MADE:
        write(CASES / make.__name__, make)


if __name__ == "__main__":
    main()
