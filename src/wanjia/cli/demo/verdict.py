"""What a storm's outages became in the store, beside what truly happened. Reads rows; import after the set-up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from wanjia.kernels.sensing.nouns import LEVELS, METER, Outage
from wanjia.model.network import Network
from wanjia.records.cases.models import Delivery
from wanjia.records.network.models import Outage as Row
from wanjia.records.network.models import OutageDistrict


@dataclass(frozen=True)
class Sensed:
    """One outage as the store holds it, with the districts it ever touched."""

    number: str
    device_id: str
    level: str
    districts: frozenset[str]
    customers: int
    detected_at: datetime
    ends_at: datetime | None
    case_number: str
    merged: bool


@dataclass(frozen=True)
class Verdict:
    """`delays` in seconds from the arrival of an outage's first gasp to its announcement; `missed` are device ids.

    Announcements of single meters and of parts of districts are counted apart, as `parts`.
    """

    true: int
    announced: int
    right: int
    parts: int
    delays: tuple[float, ...]
    missed: tuple[str, ...]
    wrong: tuple[str, ...]
    ended: int
    cases: int
    deliveries: int

    @property
    def precision(self) -> float:
        """Share of the announced that is right; 1 of none."""
        return self.right / self.announced if self.announced else 1.0

    @property
    def recall(self) -> float:
        """Share of the true that was found; 1 of none."""
        return 1 - len(self.missed) / self.true if self.true else 1.0

    @property
    def median_delay(self) -> float | None:
        """None where nothing was found."""
        return median(self.delays) if self.delays else None


def sensed_since(digest: str, since: datetime) -> tuple[Sensed, ...]:
    """What the sensor announced of a network from an instant on, in order."""
    rows = Row.objects.filter(sensing_key__startswith=f"{digest}:", detected_at__gte=since, planned=False)
    found = list(rows.order_by("detected_at", "pk"))
    districts: dict[int, set[str]] = {row.pk: set() for row in found}
    for outage, district in OutageDistrict.objects.filter(outage__in=districts).values_list("outage", "district"):
        districts[outage].add(district)
    return tuple(
        Sensed(
            row.number, row.device_id, row.device_level, frozenset(districts[row.pk]), row.customers_touched,
            row.detected_at, row.ends_at, row.case_number, row.status == Row.Status.MERGED,
        )
        for row in found
    )  # fmt: skip


def judge(
    network: Network, truth: Sequence[Outage], first_gasps: Sequence[int | None], sensed: Iterable[Sensed]
) -> Verdict:  # fmt: skip
    """Compares by district: devices that feed the same districts cannot be told apart by any meter."""
    real = [(one, at) for one, at in zip(truth, first_gasps, strict=True) if not one.planned]
    wanted = {frozenset(network.districts.ids[list(one.districts)].tolist()): (one, at) for one, at in real}
    every = list(sensed)
    told = [one for one in every if one.level != LEVELS[METER]]
    right = [one for one in told if one.districts in wanted and not one.merged]
    found = {one.districts: one for one in reversed(right)}
    gasps = {districts: at for districts, (_, at) in wanted.items()}
    delays = [one.detected_at.timestamp() - at / 1000 for name, one in found.items() if (at := gasps[name]) is not None]
    return Verdict(
        len(real), len(told), len(right), len(every) - len(told), tuple(sorted(delays)),
        tuple(one.device_id for name, (one, _) in wanted.items() if name not in found),
        tuple(one.device_id for one in told if one not in right),
        sum(one.ends_at is not None for one in right), sum(bool(one.case_number) for one in right),
        Delivery.objects.filter(outage__number__in=[one.number for one in every]).count(),
    )  # fmt: skip
