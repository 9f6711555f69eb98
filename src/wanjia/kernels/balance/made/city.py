"""A made city with readings whose truth is known: what the balance, its diagnosis and the demo are proved on.

Everything follows from the sizes and the seed: the same seed makes the same city, and any day of it alone. A master
counts what its wires take: its customers (those that the wires feed, whatever the books say, and what goes past their
meters), less rooftop generation, plus the loss. The loss of an interval, by Joule's law and the convention that a part
of it is always there, is

    fixed + ohmic x 3 x (kW of phase A ^ 2 + phase B ^ 2 + phase C ^ 2) + street lamps without a meter

so that a district with all its load on one phase loses three times as much as a balanced one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from wanjia.kernels.balance.made.faults import draw_truth, first_rows
from wanjia.kernels.balance.made.nouns import (
    HOURS_A_SLOT,
    REAL_DIRT,
    SLOTS,
    City,
    Curves,
    Dirt,
    Households,
    Injections,
    MadeDay,
    Truth,
    Wires,
)
from wanjia.kernels.balance.made.use import (
    CUSTOMER,
    GENERATION,
    MASTER,
    RATIOS,
    customer_use,
    draw_households,
    expected_peak_kw,
    solar_use,
    weather,
)
from wanjia.kernels.topology.making import CUSTOMERS_MEAN, make_meters, make_network
from wanjia.model.network import PHASES, Codes, Flags, Indexes, Measures, Network
from wanjia.model.readings import MISSING, Block

CHUNK_ROWS = 16_384
"""Meters made at a time, whole districts at least; some 60 MB."""
CAPACITIES_KVA = (50.0, 80.0, 100.0, 125.0, 160.0, 200.0, 250.0, 315.0, 400.0, 500.0, 630.0, 800.0, 1000.0, 1250.0)
LOADED = 0.6
"""Expected peak over capacity is at most this in a district without injected overload."""
OVERLOADED = 1.4
"""On a hot day; on a cool one it may go unseen."""
METER_OWN_KW, TERMINAL_OWN_KW = 0.0015, 0.03
LOSS_RATE = (0.018, 0.35)
"""Median of the resistive loss rate at mean load, and the standard deviation of its logarithm."""
LOSS_RATE_MAX = 0.045
LAMPS_KW = (0.3, 1.5)
LAMPS_ON_SLOTS = np.r_[0:21, 77:96]
"""Until 05:15 and from 19:15."""
ONE_PHASE_SHARE = 0.8
THREE_PHASES_KW = 1.5
"""Mean of a customer's daily curve above which it is connected to three phases; its peaks are some 8 kW then."""
NOMINAL_VOLTS = 220.0
END_SHARE = 0.25
"""Share of a phase's load on the wire to the last customer."""


def make_city(
    districts: int,
    meters_per_district: int,
    days: int,
    seed: int,
    injections: Injections | None = None,
    dirt: Dirt = REAL_DIRT,
) -> City:
    """A city of so many districts with so many customers each on average (a few have many, many have few)."""
    rng = np.random.default_rng([seed, 1])
    network = make_network(districts, rng)
    scaled = np.maximum(3, network.districts.customers * meters_per_district // CUSTOMERS_MEAN).astype(np.int64)
    table = replace(network.districts, customers=scaled)
    network = replace(network, districts=table, meters=make_meters(scaled, rng))
    return dress(network, days, seed, injections, dirt, keeps_capacity=False)


def dress(
    network: Network,
    days: int,
    seed: int,
    injections: Injections | None = None,
    dirt: Dirt = REAL_DIRT,
    first_weekday: int = 0,
    keeps_capacity: bool = True,
) -> City:
    """Gives the meters of a network use and faults. first_weekday: of day 0, Monday is 0.

    The network that comes back differs from the one given: customers of unbalanced districts are on one phase, and
    unless capacities are kept, transformers fit their load; where they are kept, the load is made to fit them. Raises
    ValueError where meters are not sorted by district, or a district has none.
    """
    count, at = len(network.districts.ids), network.meters.district
    first = first_rows(at, count)
    if (np.diff(at) < 0).any() or (np.diff(first) == 0).any():
        raise ValueError("meters sorted by district are needed, and at least one in each")
    rng = np.random.default_rng([seed, 2])
    truth = draw_truth(network, days, injections or Injections(), dirt, rng)
    temperature, sun = weather(days, rng)
    homes = draw_households(network.meters.role, rng.choice(RATIOS, len(at)), dirt, rng)
    hot = np.percentile(temperature, 90, axis=0)
    network, homes = _fitted(network, homes, truth, hot, keeps_capacity)
    network = _phased(network, homes, truth, rng)
    fed_by = at.copy()
    for wrong in truth.wrong:
        fed_by[wrong.meter] = wrong.fed_by
    wires = _wires(network, homes, truth, hot, rng)
    phase = _really(network.meters.phase, dirt.phases, rng)
    return City(network, days, seed, first_weekday, fed_by, phase, homes, wires, dirt, temperature, sun, truth)


def _fitted(
    network: Network, homes: Households, truth: Truth, hot: Measures, keeps: bool
) -> tuple[Network, Households]:
    """Transformers that suit their load, or loads that suit their transformer, but for the injected overloads."""
    count = len(network.districts.ids)
    peak = expected_peak_kw(homes, network.meters.district, count, hot) + 0.5
    wanted = np.full(count, LOADED)
    wanted[list(truth.overloads)] = OVERLOADED
    sizes = np.array(CAPACITIES_KVA)
    capacity = network.districts.capacity_kva if keeps else sizes[np.searchsorted(sizes[:-1], peak / wanted)]
    capacity = np.where(np.isfinite(capacity) & (capacity > 0), capacity, peak / wanted)
    factor = np.minimum(wanted * capacity / peak, 1.0)
    over = list(truth.overloads)
    factor[over] = (wanted * capacity / peak)[over]
    each = factor[network.meters.district].astype(np.float32)
    scaled = {name: getattr(homes, name) * each for name in ("level_kw", "standby_kw", "heater_kw", "cooling_kw")}
    unit = np.where(network.meters.role == MASTER, _master_unit(capacity)[network.meters.district], homes.unit_kwh)
    table = replace(network.districts, capacity_kva=capacity)
    return replace(network, districts=table), replace(homes, unit_kwh=unit, **scaled)


def _master_unit(capacity_kva: Measures) -> Measures:
    """The smallest ratio of current transformers whose 5 A carry the transformer, times the register's last place."""
    amperes = capacity_kva / (np.sqrt(3) * 0.4)
    ratio = np.array(RATIOS)[np.searchsorted(RATIOS[:-1], amperes / 5)]
    found: Measures = ratio * 0.001
    return found


def _phased(network: Network, homes: Households, truth: Truth, rng: np.random.Generator) -> Network:
    """Large customers and panels take three phases; in an unbalanced district most others hang on A."""
    meters = network.meters
    large = (homes.level_kw > THREE_PHASES_KW) | (homes.peak_kw > THREE_PHASES_KW)
    where = np.isin(meters.district, truth.unbalances) & (rng.random(len(large)) < ONE_PHASE_SHARE) & ~large
    phase = np.where(large, PHASES.index("ABC"), np.where(where, PHASES.index("A"), meters.phase))
    phase[meters.role == MASTER] = PHASES.index("ABC")
    phase = phase.astype(np.int8)
    return replace(network, meters=replace(meters, phase=phase))


def _really(booked: Codes, wrong_share: float, rng: np.random.Generator) -> Codes:
    """The phases that meters are on, where so many of the books' are wrong."""
    names = np.array([PHASES.index(name) for name in "ABC"], dtype=np.int8)
    wrong = (rng.random(len(booked)) < wrong_share) & np.isin(booked, names)
    found: Codes = np.where(wrong, rng.choice(names, len(booked)), booked).astype(np.int8)
    return found


def _wires(network: Network, homes: Households, truth: Truth, hot: Measures, rng: np.random.Generator) -> Wires:
    count = len(network.districts.ids)
    first = first_rows(network.meters.district, count)
    peak = expected_peak_kw(homes, network.meters.district, count, hot) + 0.5
    rate = np.minimum(rng.lognormal(np.log(LOSS_RATE[0]), LOSS_RATE[1], count), LOSS_RATE_MAX)
    drop = rng.uniform(0.02, 0.06, count)
    drop[list(truth.low_voltages)] = rng.uniform(0.11, 0.15, len(truth.low_voltages))
    end_amperes = peak / 3 * 1000 / NOMINAL_VOLTS * END_SHARE
    lamps = np.zeros(count)
    lamps[list(truth.unmetered)] = rng.uniform(*LAMPS_KW, len(truth.unmetered))
    fixed = np.diff(first) * METER_OWN_KW + TERMINAL_OWN_KW
    return Wires(fixed, rate / (0.45 * peak), drop * NOMINAL_VOLTS / end_amperes, lamps)


def blocks(city: City) -> Iterator[Block]:
    """The readings of one day after the other."""
    return (make_day(city, day).block for day in range(city.days))


@dataclass(frozen=True, eq=False)
class _Made:
    """Some meters' day: what their wires carry, what goes past them, what they show, [n, SLOTS] kWh."""

    carried: Curves
    past: Curves
    shown: Curves


def make_day(city: City, day: int) -> MadeDay:
    """Readings and truth of one day, counted from 0. Raises IndexError beyond the last."""
    if not 0 <= day < city.days:
        raise IndexError(day)
    meters, count = city.network.meters, len(city.network.districts.ids)
    first = first_rows(meters.district, count)
    values = np.empty((len(meters.ids), SLOTS), dtype=np.int16)
    phase_kwh, stolen = np.zeros((count, 3, SLOTS)), np.zeros((count, SLOTS))
    for number, (low, high) in enumerate(_chunks(first)):
        rows = slice(int(first[low]), int(first[high]))
        rng = np.random.default_rng([city.seed, 3, day, number])
        made = _made(city, rows, day, rng)
        _add(city, rows, made, phase_kwh, stolen)
        values[rows] = _counted(made.shown * city.households.error[rows, None], city.households.unit_kwh[rows], rng)
    rng = np.random.default_rng([city.seed, 4, day])
    technical, lamps = _lost(city, phase_kwh)
    _masters(city, day, phase_kwh.sum(axis=1) + technical + lamps, values, rng)
    _gaps(city, first, values, rng)
    block = Block(values, city.households.unit_kwh, meters.district, meters.role)
    return MadeDay(block, technical, lamps, stolen, phase_kwh / HOURS_A_SLOT)


def _chunks(first: np.ndarray) -> Iterator[tuple[int, int]]:
    """Runs of whole districts, each of some CHUNK_ROWS meters."""
    low, districts = 0, len(first) - 1
    while low < districts:
        high = max(low + 1, int(np.searchsorted(first, first[low] + CHUNK_ROWS, side="right")) - 1)
        yield low, min(high, districts)
        low = high


def _made(city: City, rows: slice, day: int, rng: np.random.Generator) -> _Made:
    homes, role = city.households, city.network.meters.role[rows]
    use = customer_use(homes, rows, day, (city.first_weekday + day) % 7 > 4, city.temperature[day], rng)
    solar = solar_use(homes.peak_kw[rows], city.sun[day], rng)
    customer = (role == CUSTOMER)[:, None]
    carried = np.where(customer, use.plain_kw + use.circuit_kw, 0) * np.float32(HOURS_A_SLOT)
    past = np.zeros_like(carried)
    for theft in city.truth.thefts:
        if rows.start <= theft.meter < rows.stop and day >= theft.from_day:
            row = theft.meter - rows.start
            circuit = use.circuit_kw[row] * np.float32(HOURS_A_SLOT)
            past[row] = circuit if theft.kind == "circuit" else carried[row] * np.float32(theft.share)
    given = np.where((role == GENERATION)[:, None], solar, 0) * np.float32(HOURS_A_SLOT)
    shown = _late(carried - past + given, homes.late[rows])
    return _Made(carried - given, past, shown)


def _late(energy: Curves, late: Curves) -> Curves:
    """What a late clock puts into an interval: the end of the one before. The day's first takes its own."""
    before = np.concatenate((energy[:, :1], energy[:, :-1]), axis=1)
    before -= energy
    before *= late[:, None]
    before += energy
    return before


def _add(city: City, rows: slice, made: _Made, phase_kwh: Measures, stolen: Measures) -> None:
    """Adds what the wires carry to the phases of the districts that feed it."""
    at, phase = city.fed_by[rows], city.phase[rows]
    order = np.argsort(at, kind="stable")
    where, starts = np.unique(at[order], return_index=True)
    for number, name in enumerate("ABC"):
        part = np.where(phase == PHASES.index(name), 1.0, 0.0)
        part[np.isin(phase, [PHASES.index(""), PHASES.index("ABC")])] = 1 / 3
        shares = made.carried[order] * part[order, None].astype(np.float32)
        phase_kwh[where, number] += np.add.reduceat(shares, starts, axis=0, dtype=np.float64)
    for row in np.flatnonzero(made.past.any(axis=1)):
        stolen[at[row]] += made.past[row]


def _counted(energy: Measures | Curves, unit_kwh: Measures, rng: np.random.Generator) -> np.ndarray:
    """Counts by which a register that shows whole ones moved on in each interval, [n, SLOTS] int16."""
    register = np.cumsum(energy / unit_kwh[:, None], axis=1, dtype=np.float64)
    register += rng.random(len(unit_kwh))[:, None]
    counts = np.diff(np.floor(register), axis=1, prepend=0.0)
    return np.clip(counts, MISSING + 1, -MISSING - 1).astype(np.int16)


def _lost(city: City, phase_kwh: Measures) -> tuple[Measures, Measures]:
    """Technical loss and the street lamps' use, [d, SLOTS] kWh."""
    wires = city.wires
    squares = 3 * ((phase_kwh / HOURS_A_SLOT) ** 2).sum(axis=1)
    technical = (wires.fixed_kw[:, None] + wires.ohmic[:, None] * squares) * HOURS_A_SLOT
    lamps = np.zeros_like(technical)
    lamps[:, LAMPS_ON_SLOTS] = wires.lamps_kw[:, None] * HOURS_A_SLOT
    return technical, lamps


def _masters(city: City, day: int, supplied: Measures, values: np.ndarray, rng: np.random.Generator) -> None:
    """What masters show; several masters of one district share its supply."""
    meters, homes = city.network.meters, city.households
    rows = np.flatnonzero(meters.role == MASTER)
    at = meters.district[rows]
    share = homes.error[rows] / np.bincount(at, minlength=len(supplied))[at]
    values[rows] = _counted(supplied[at] * share[:, None], homes.unit_kwh[rows], rng)
    for dead in city.truth.dead:
        if day >= dead.from_day:
            values[rows[at == dead.district]] = MISSING if dead.kind == "silent" else 0


def _gaps(city: City, first: np.ndarray, values: np.ndarray, rng: np.random.Generator) -> None:
    """Readings that never arrive: whole days, runs of slots, some hours of a whole district, and bad collection."""
    dirt, role, count = city.dirt, city.network.meters.role, len(values)
    customer: Flags = role != MASTER
    values[rng.random(count) < dirt.missing_days] = MISSING
    for row in np.flatnonzero((rng.random(count) < dirt.missing_runs) & customer):
        begin = int(rng.integers(0, SLOTS))
        values[row, begin : begin + int(rng.integers(1, 13))] = MISSING
    hours: Indexes = rng.integers(0, SLOTS - 16, len(first) - 1).astype(np.int32)
    outages = np.flatnonzero(rng.random(len(first) - 1) < dirt.district_outages)
    for district in outages.tolist():
        rows = np.arange(first[district], first[district + 1])
        lost = hours[district] + np.arange(16)
        values[np.ix_(rows[customer[rows]], lost)] = MISSING
    for district in city.truth.gaps:
        rows = np.arange(first[district], first[district + 1])
        values[rows[customer[rows] & (rng.random(len(rows)) < 0.08)]] = MISSING
