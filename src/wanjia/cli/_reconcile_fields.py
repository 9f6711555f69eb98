"""Fields of a JSON case, checked as they are read: what is wrong becomes a fault with its path; reading goes on."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from wanjia.model.faults import Fault, Refused, Where

BYTES_MAX = 64 * 1024 * 1024
"""A year of quarter hours of 40 meters is some 12 MB."""
FIGURE_MAX = Fraction(10**12)
DIGITS_MAX = 40
"""What is larger, or smaller, is not even turned into an exact number: its zeros alone would fill the memory."""
NUMBER_MAX = 10**DIGITS_MAX
SHOWN_MAX = 60


def read_json(path: Path) -> dict[str, Any]:
    """The object of a file, numbers exactly as written. Raises Refused."""
    if path.stat().st_size > BYTES_MAX:
        raise Refused([Fault("reconcile.too_large", Where(path.name), {"limit_mb": BYTES_MAX // 1024**2})])
    try:
        found = json.loads(path.read_bytes(), parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        reason = (str(error) or type(error).__name__)[:SHOWN_MAX]
        raise Refused([Fault("reconcile.not_json", Where(path.name), {"reason": reason})]) from error
    if not isinstance(found, dict):
        raise Refused([Fault("reconcile.shape", Where(path.name), {"wanted": "object"})])
    return found


@dataclass(frozen=True)
class Fields:
    """One object of the case; `path` is where it stands; faults are gathered in one list for the whole case."""

    row: dict[str, Any]
    file: str
    path: str
    faults: list[Fault]

    def fault(self, code: str, name: str, **values: object) -> None:
        """Note that a field is wrong."""
        self.faults.append(Fault(f"reconcile.{code}", Where(self.file, 0, self._at(name)), values))

    def has(self, name: str) -> bool:
        """Whether the field is there and not null."""
        return self.row.get(name) is not None

    def figure(
        self, name: str, default: Fraction | None = None, least: Fraction = Fraction(0), most: Fraction = FIGURE_MAX
    ) -> Fraction | None:  # fmt: skip
        """A number within its limits; the default where there is none; None, with a fault, where there must be one."""
        value = self.row.get(name)
        if value is None and default is not None:
            return default
        if value is None:
            self.fault("missing", name)
            return None
        return self._checked(name, value, least, most)

    def optional(self, name: str, most: Fraction = FIGURE_MAX) -> Fraction | None:
        """A number of 0 or more, or None."""
        return self.figure(name, most=most) if self.has(name) else None

    def figures(self, name: str, gaps: bool = False) -> list[Fraction | None]:
        """A list of numbers; null is a gap where gaps are allowed. Empty with a fault where there is none."""
        values = self.row.get(name)
        if not isinstance(values, list) or not values:
            self.fault("shape", name, wanted="list")
            return []
        least = -FIGURE_MAX if gaps else Fraction(0)
        return [
            None if value is None and gaps else self._checked(f"{name}[{at}]", value, least, FIGURE_MAX)
            for at, value in enumerate(values)
        ]

    def text(self, name: str, default: str = "") -> str:
        """A text, or the default; with a fault where it is something else, or missing without a default."""
        value = self.row.get(name, default or None)
        if isinstance(value, str) and 0 < len(value) <= 200:
            return value
        self.fault("missing" if value is None else "shape", name, wanted="text")
        return default

    def choice(self, name: str, choices: Sequence[str], default: str = "") -> str:
        """One of the words."""
        value = self.text(name, default)
        if value and value not in choices:
            self.fault("choice", name, value=value, allowed=", ".join(choices))
            return default or choices[0]
        return value

    def moment(self, name: str, zone: ZoneInfo) -> datetime | None:
        """An instant with offset, or a day or local time in the zone of the case."""
        value = self.row.get(name)
        if value is None:
            self.fault("missing", name)
            return None
        try:
            found = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            found = None
        if found is None:
            self.fault("instant", name, value=str(value)[:SHOWN_MAX])
            return None
        return found if found.tzinfo else found.replace(tzinfo=zone)

    def clock(self, name: str) -> time | None:
        """A time of day, 24:00 being midnight."""
        value = self.text(name)
        try:
            return time.fromisoformat("00:00" if value == "24:00" else value)
        except ValueError:
            if value:
                self.fault("clock", name, value=value)
            return None

    def inside(self, name: str) -> "Fields | None":
        """An object inside this one; None where there is none."""
        value = self.row.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.fault("shape", name, wanted="object")
            return None
        return Fields(value, self.file, self._at(name), self.faults)

    def rows(self, name: str) -> Iterator["Fields"]:
        """Every object of a list."""
        value = self.row.get(name)
        if value is not None and not isinstance(value, list):
            self.fault("shape", name, wanted="list")
        for at, row in enumerate(value if isinstance(value, list) else ()):
            if isinstance(row, dict):
                yield Fields(row, self.file, self._at(f"{name}[{at}]"), self.faults)
            else:
                self.fault("shape", f"{name}[{at}]", wanted="object")

    def _at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def _checked(self, name: str, value: Any, least: Fraction, most: Fraction) -> Fraction | None:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self.fault("not_a_number", name, value=str(value)[:SHOWN_MAX])
            return None
        if isinstance(value, Decimal) and abs(value.adjusted()) > DIGITS_MAX:
            value = Decimal(0) if value.adjusted() < 0 else Decimal(NUMBER_MAX)
        found = Fraction(value)
        if not least <= found <= most:
            self.fault("range", name, value=str(value)[:SHOWN_MAX], least=str(least), most=str(most))
            return None
        return found


def zone_of(case: Fields) -> ZoneInfo:
    """The zone of the case's days; Asia/Shanghai unless it says otherwise."""
    name = case.text("timezone", "Asia/Shanghai")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        case.fault("zone", "timezone", value=name[:SHOWN_MAX])
        return ZoneInfo("UTC")


def day_text(at: datetime, zone: ZoneInfo) -> str:
    """An instant as written in results."""
    return at.astimezone(zone).isoformat(timespec="minutes")


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number")
