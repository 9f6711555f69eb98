"""The ways to do a work: with everybody stopped, live-line, past a bypass, from generator trucks, over a tie."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from math import ceil

from django.utils import timezone

from wanjia.actions.cases.capabilities.outage_windows import window
from wanjia.actions.network.districts_below import districts_below
from wanjia.actions.network.free_means import free_means
from wanjia.kernels.planning.works.modes import LOAD_SHARE, METHODS, Grid, Job, Method, propose
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts, Json
from wanjia.model.network import Network
from wanjia.model.works import MODES, Mode
from wanjia.records.cases.models import Case
from wanjia.records.network.lookups import DistrictFacts, district_facts
from wanjia.records.network.models import TransformerDistrict
from wanjia.records.network.opening import installed_lines

HOURS_MOST = 10_000.0
"""No way is left out because it takes long: whether it fits into a day, people see."""
NEEDS = {"live_teams": "live_line_team", "bypass_sets": "bypass_set", "generator_trucks": "generator_truck"}
DECIMALS = 2


@dataclass(frozen=True)
class Way:
    """One way: hours that the work takes, districts that lose supply and for how long, means by kind, ties used."""

    kind: str
    hours: float
    dark: dict[str, float]
    needs: dict[str, int]
    ties: tuple[str, ...] = ()

    @property
    def district_hours(self) -> float:
        """Summed over the districts."""
        return sum(self.dark.values())


def outage_alternatives(inputs: Facts, case: Case, now: datetime) -> Facts:
    """Every way that the device allows, the one that darkens least first, and whether it can be done that day."""
    begins, ends = window(inputs)
    ways = ways_of(str(inputs["device"]), (ends - begins) / timedelta(hours=1))
    facts = district_facts({code for way in ways for code in way.dark})
    naive = next(way for way in ways if way.kind == MODES[0])
    free = free_means(case.organisation_id or "", timezone.localtime(begins).date())
    rows: list[Json] = [{**_row(way, naive, facts), **_availability(way, free)} for way in ways]
    lost, possible = _lost(naive, facts), [way for way in ways if not _lacking(way, free)]
    return {
        "alternatives": rows, "least_mode": (possible or ways)[0].kind,
        "naive_district_hours": lost[0], "naive_household_hours": lost[1],
    }  # fmt: skip


def ways_of(device: str, hours: float) -> list[Way]:
    """The best of each kind, that which darkens least first. Raises Refused: `device_unknown`, `no_network`."""
    district = TransformerDistrict.objects.filter(code=device).first()
    if district is not None:
        return _sorted(_of_district(district, hours))
    network = installed_lines()
    if network is None:
        raise Refused([Fault("no_network", Where())])
    try:
        modes = propose(_grid(network), Job(device, hours, hours_most=HOURS_MOST))
    except KeyError as error:
        raise Refused([Fault("device_unknown", Where())]) from error
    best: dict[str, Way] = {}
    for way in _sorted(map(_way, modes)):
        best.setdefault(way.kind, way)
    if not best["outage"].dark:
        best["outage"] = _opened(network, device, hours)
    return list(best.values())


def way_of(device: str, hours: float, kind: str) -> Way:
    """One of them. Raises Refused with `unavailable` when the device does not allow it."""
    found = next((way for way in ways_of(device, hours) if way.kind == kind), None)
    if found is None:
        raise Refused([Fault("unavailable", Where())])
    return found


def _opened(network: Network, device: str, hours: float) -> Way:
    """A device at a source, whose section cannot be cut off: whoever is dark when it alone is open."""
    try:
        codes = districts_below(network, device, frozenset())
    except Refused:
        codes = frozenset()  # it feeds nobody alone
    return Way("outage", hours, dict.fromkeys(sorted(codes), hours), {})


@lru_cache(maxsize=2)
def _grid(network: Network) -> Grid:
    return Grid.of(network)


def _sorted(ways: Iterable[Way]) -> list[Way]:
    """By what they darken; among equals the fewest means, then in the order of the kinds."""
    return sorted(ways, key=lambda way: (way.district_hours, sum(way.needs.values()), MODES.index(way.kind)))


def _way(mode: Mode) -> Way:
    whole = sum(until - begin for begin, until in mode.dark_hours) if mode.dark_hours else mode.hours
    gaps = sum(until - begin for begin, until in mode.gap_hours)
    dark = {**dict.fromkeys(mode.gap, gaps), **dict.fromkeys(mode.dark, whole)}
    needs = {need.means: need.count for need in mode.needs}
    return Way(mode.kind, mode.hours, dark, needs, tuple(name for name, _ in mode.takes_over))


def _of_district(district: TransformerDistrict, hours: float) -> list[Way]:
    """Work on a district's own transformer: stopped, or fed by trucks with a gap at both ends."""
    truck = next(method for method in METHODS if method.kind == "generator")
    stopped = Way("outage", hours, {district.code: hours}, {})
    return [stopped, _fed(district, hours, truck)]


def _fed(district: TransformerDistrict, hours: float, truck: Method) -> Way:
    count = max(ceil(district.capacity_kva * LOAD_SHARE / truck.unit_kva), 1)
    needs = {need.means: need.count * count for need in truck.needs}
    lasts = hours * truck.factor + truck.more_hours
    return Way(truck.kind, lasts, {district.code: 2 * truck.gap_hours}, needs)


def _row(way: Way, naive: Way, facts: dict[str, DistrictFacts]) -> Facts:
    (district_hours, household_hours), (most, most_households) = _lost(way, facts), _lost(naive, facts)
    counts: Facts = {column: way.needs.get(means, 0) for column, means in NEEDS.items()}
    return {
        "mode": way.kind, "hours": round(way.hours, DECIMALS), "dark_count": len(way.dark),
        "district_hours": district_hours, "household_hours": household_hours,
        "saved_district_hours": round(most - district_hours, DECIMALS),
        "saved_household_hours": round(most_households - household_hours, DECIMALS),
        **counts, "ties": "、".join(way.ties),
    }  # fmt: skip


def _availability(way: Way, free: Mapping[str, int] | None) -> Facts:
    lacking = _lacking(way, free)
    return {"available": lacking == 0, "lacking": lacking}


def _lacking(way: Way, free: Mapping[str, int] | None) -> int:
    """Means that the way needs and nobody has on that day; none where no means are registered."""
    return 0 if free is None else sum(max(count - max(free[kind], 0), 0) for kind, count in way.needs.items())


def _lost(way: Way, facts: dict[str, DistrictFacts]) -> tuple[float, float]:
    """District-hours and household-hours."""
    households = sum(facts[code].customers * hours for code, hours in way.dark.items() if code in facts)
    return round(way.district_hours, DECIMALS), round(households, DECIMALS)
