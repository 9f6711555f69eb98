"""What is said of transformer districts' energy balances: one district and day, and what goes with it. Plain values."""

from dataclasses import dataclass
from datetime import date, datetime

from wanjia.kernels.balance.diagnosis.causes import ACTIONS as CAUSE_ACTIONS

BANDS = ("high", "negative", "not_computable", "normal", "economic")
"""Worst first; so they stand on the pages."""
OFF_BANDS = ("high", "negative", "not_computable")
"""What somebody has to look into."""


@dataclass(frozen=True)
class DistrictDay:
    """The balance of one district on one day; kWh, the rate and the coverage as shares (0.041 is 4.1 %).

    Figures are None where they cannot be computed; `reasons` are codes of the kernel, first of all why not.
    `cause` is the likeliest one of what was found (empty: none), `action` what to do next; both are codes.
    """

    district: str
    name: str
    organisation: str
    feeder: str
    day: date
    energy_in_kwh: float | None
    energy_out_kwh: float | None
    loss_kwh: float | None
    loss_rate: float | None
    band: str
    coverage: float | None
    reasons: tuple[str, ...]
    cause: str
    action: str
    case_number: str


@dataclass(frozen=True)
class Curve:
    """A day by slots, oldest first: the end of each interval (UTC), and kWh of the interval; None where no reading is.

    `supplied` is what the master meters counted, `generated` what rooftop plants fed in, `used` what customers took;
    `lost` = supplied + generated - used.
    """

    ends_at: tuple[datetime, ...]
    supplied_kwh: tuple[float | None, ...]
    generated_kwh: tuple[float | None, ...]
    used_kwh: tuple[float | None, ...]
    lost_kwh: tuple[float | None, ...]


@dataclass(frozen=True)
class DayPoint:
    """One day of a district's year."""

    day: date
    energy_in_kwh: float | None
    loss_kwh: float | None
    loss_rate: float | None
    band: str
    coverage: float | None


@dataclass(frozen=True)
class FlagCount:
    """How many of the day's meters bear a flag of validation (codes of the kernel)."""

    flag: str
    meters: int


@dataclass(frozen=True)
class BandCount:
    """Districts in a band."""

    band: str
    districts: int


@dataclass(frozen=True)
class Rates:
    """Sums over districts of one day or month.

    `expected` districts take part in collection, `computable` of them have a rate, `qualified` lie in a band that is
    economic or normal. `compliance` = qualified / expected (not computable is never a pass); `collection` = readings
    that came / readings expected of customer meters. The loss rate is of the computable ones. Shares, None without any.
    """

    expected: int
    computable: int
    qualified: int
    energy_in_kwh: float
    energy_out_kwh: float
    loss_kwh: float
    loss_rate: float | None
    compliance: float | None
    collection: float | None


@dataclass(frozen=True)
class DayRates:
    """The sums of one day."""

    day: date
    rates: Rates


@dataclass(frozen=True)
class MeterFinding:
    """A meter with what was found of it on the day: a lead with its evidence, never a verdict.

    `meter` is masked (`****1234`), `key` is what `reveal_meter_curve` takes; both are empty where the finding is about
    the district as a whole. `code` names the finding, `values` what
    its sentence speaks of (numbers with their unit last in the name). `points` is the weight, 0-100, highest first.
    """

    key: str
    meter: str
    role: str
    code: str
    values: dict[str, object]
    points: float

    @property
    def text_key(self) -> str:
        """Key of the sentence that says it; its placeholders are `values`."""
        key = f"measurements.finding.{self.code}"
        return f"{key}.nowhere" if self.code == "meter_elsewhere" and not self.values.get("fed_by") else key


ACTIONS = {
    **CAUSE_ACTIONS,
    "no_master": "check_register", "no_customers": "check_register", "master_incomplete": "mend_collection",
    "generation_incomplete": "mend_collection", "coverage_low": "mend_collection", "no_energy_in": "mend_master",
    "overload": "enlarge", "heavy_load": "enlarge",
}  # fmt: skip
"""Likely cause, or reason of the kernel -> what to do next; both are worded by the texts."""
ACTIONS_OF_BANDS = {"high": "walk_through", "negative": "check_on_site", "not_computable": "mend_collection"}
"""What to do where no cause was found."""


def next_action(band: str, cause: str) -> str:
    """What to do next; empty where nothing is off."""
    return ACTIONS.get(cause) or ACTIONS_OF_BANDS.get(band, "")
