"""Where things lie in a store's folder: `arrivals`, `days`, `results`, each by day; and what `store.json` says."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.readings import SLOT_MINUTES
from wanjia.series.disk import got_json, made_folder, put_json

FORMAT = 1
"""Version of the layout; a store of another one is refused, never guessed at."""
STORE_FILE = "store.json"
CURRENT_FILE = "current.json"
ARRIVALS, DAYS, RESULTS = "arrivals", "days", "results"
UNFINISHED = ".part"
"""How a name ends until its contents are whole; whatever bears it after a crash is rubbish."""


@dataclass(frozen=True)
class StoreForm:
    """What a store is: version of its layout, the zone of its days (IANA), minutes of a slot."""

    format: int
    zone: str
    slot_minutes: int


@dataclass(frozen=True)
class Part:
    """A file of a compacted revision; `kind` is `counts` (int16), `exact` (float64) or either with `_unknown`."""

    name: str
    kind: str
    rows: int


@dataclass(frozen=True)
class Current:
    """The revision of a day that counts. arrivals: files that went in, also those of the days before and after whose
    registers were needed, each with its day's folder. register: digest of the register that was used."""

    revision: str
    slots: int
    meters: int
    readings: int
    estimated: int
    parts: tuple[Part, ...]
    arrivals: tuple[str, ...]
    register: str
    previous: str = ""


def create_or_open(root: Path, zone: str) -> StoreForm:
    """The store of a folder, made when there is none. Raises Refused for another version, zone or slot length."""
    if got_json(root / STORE_FILE) is None:
        known_zone(zone)
        made_folder(root)
        put_json(root / STORE_FILE, asdict(StoreForm(FORMAT, zone, SLOT_MINUTES)))
    form = open_form(root)
    if form.zone != zone:
        values = {"zone": form.zone, "asked": zone}
        raise Refused([Fault("series.other_zone", Where(STORE_FILE, 0, "zone"), values)])
    return form


def open_form(root: Path) -> StoreForm:
    """What the folder's store is. Raises Refused where there is none, or one that this version cannot read."""
    found = got_json(root / STORE_FILE)
    if found is None:
        raise Refused([Fault("series.no_store", Where(STORE_FILE), {"folder": root.name})])
    if found.get("format") != FORMAT or found.get("slot_minutes") != SLOT_MINUTES:
        values = {
            "found": f"{found.get('format')}, {found.get('slot_minutes')} min",
            "expected": f"{FORMAT}, {SLOT_MINUTES} min",
        }
        raise Refused([Fault("series.other_format", Where(STORE_FILE, 0, "format"), values)])
    known_zone(str(found.get("zone")))
    return StoreForm(FORMAT, str(found["zone"]), SLOT_MINUTES)


def known_zone(zone: str) -> None:
    """Raises Refused for a zone that is none."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Refused([Fault("series.zone_unknown", Where("", 0, "zone"), {"zone": zone})]) from error


def folder_of(root: Path, kind: str, day: date) -> Path:
    """The folder of a day: `days/day=2026-06-01`."""
    return root / kind / f"day={day.isoformat()}"


def days_of(root: Path, kind: str) -> Iterator[date]:
    """Days that have a folder of this kind, oldest first."""
    folder = root / kind
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if (day := day_of_name(path.name)) is not None:
            yield day


def day_of_name(name: str) -> date | None:
    """The day that a folder's name `day=YYYY-MM-DD` says; None for any other name."""
    try:
        return date.fromisoformat(name.removeprefix("day=")) if name.startswith("day=") else None
    except ValueError:
        return None


def read_current(root: Path, day: date) -> Current | None:
    """The day's revision that counts; None before the first."""
    found = got_json(folder_of(root, DAYS, day) / CURRENT_FILE)
    return None if found is None else _current(found)


def _current(found: dict[str, Any]) -> Current:
    parts = tuple(Part(**one) for one in found.pop("parts"))
    arrivals = tuple(found.pop("arrivals"))
    return Current(parts=parts, arrivals=arrivals, **found)


def put_current(root: Path, day: date, current: Current) -> None:
    """From now on this revision counts."""
    put_json(folder_of(root, DAYS, day) / CURRENT_FILE, asdict(current))


def part_paths(root: Path, day: date, current: Current, unknown: bool = False) -> list[Path]:
    """The revision's files; of meters on no known district only with `unknown`."""
    folder = folder_of(root, DAYS, day) / current.revision
    return [folder / part.name for part in current.parts if unknown or not part.kind.endswith("_unknown")]
