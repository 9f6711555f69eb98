"""Rooftop solar behind one connection, settled among those who use it, interval by interval, at agreed prices.

In every interval the generation goes first to those who use energy at that moment; what nobody uses is fed into the
grid, and what is missing comes from the grid (自发自用、余电上网). So with everything in the same interval

    generation = used on the spot + fed in            each tenant's use = solar + grid

Three rules say who gets how much of it: `by_use`, in proportion to simultaneous use; `fixed`, everybody a fixed share,
what a share leaves unused is fed in; `fixed_then_use`, what shares leave unused goes to the others in proportion to
what they still need. Energy is counted in whole milliwatt-hours and money in whole fen, so that every sum closes.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, TypeAlias

from wanjia.kernels.balance.submeters.gap import parts, whole

Rule: TypeAlias = Literal["by_use", "fixed", "fixed_then_use"]
SOLAR_RULES: tuple[Rule, ...] = ("by_use", "fixed", "fixed_then_use")
UNITS_KWH = 1_000_000
"""Milliwatt-hours in a kWh: beyond any meter's resolution, exact in whole numbers."""
FEN = 100


@dataclass(frozen=True)
class Tenant:
    """Use by interval in milliwatt-hours, the price agreed for solar energy (yuan a kWh), and the fixed share (0-1)."""

    id: str
    use: tuple[int, ...]
    yuan_per_kwh: Fraction
    share: Fraction = Fraction(0)


@dataclass(frozen=True)
class Prices:
    """Yuan a kWh: from the grid in each interval, and for what is fed in. `grid_bill` is the grid's own bill, if any:
    then the grid's part is shared so that the tenants together pay exactly that."""

    grid: tuple[Fraction, ...]
    feed_in: Fraction = Fraction(0)
    grid_bill: Fraction | None = None


@dataclass(frozen=True)
class Account:
    """What one tenant used (milliwatt-hours) and owes (fen); `without` is what it would have paid to the grid alone."""

    tenant: str
    use: int
    solar: int
    grid: int
    solar_fen: int
    grid_fen: int
    without_fen: int

    @property
    def fen(self) -> int:
        """To be paid in all."""
        return self.solar_fen + self.grid_fen


@dataclass(frozen=True)
class Settlement:
    """generation = on_spot + fed_in; the owner gets what tenants pay for solar and what the grid pays for the rest."""

    generation: int
    on_spot: int
    fed_in: int
    feed_in_fen: int
    accounts: tuple[Account, ...] = field(default=())

    @property
    def owner_fen(self) -> int:
        """Income of whoever owns the roof."""
        return self.feed_in_fen + sum(one.solar_fen for one in self.accounts)

    @property
    def grid_fen(self) -> int:
        """What the tenants together pay for energy from the grid."""
        return sum(one.grid_fen for one in self.accounts)


def settle(generation: Sequence[int], tenants: Sequence[Tenant], rule: Rule, prices: Prices) -> Settlement:
    """The accounts of a period. Raises ValueError when lengths differ, a figure is negative, or shares exceed one."""
    _check(generation, tenants, prices)
    solar = {tenant.id: 0 for tenant in tenants}
    bought: dict[str, Counter[Fraction]] = {tenant.id: Counter() for tenant in tenants}
    for at, made in enumerate(generation):
        need = {tenant.id: tenant.use[at] for tenant in tenants}
        got = _given(made, need, tenants, rule)
        for name, units in got.items():
            solar[name] += units
            bought[name][prices.grid[at]] += need[name] - units
    grid_fen = _grid_fen({name: _at_prices(each) for name, each in bought.items()}, prices)
    accounts = tuple(_account(tenant, solar[tenant.id], grid_fen[tenant.id], prices) for tenant in tenants)
    made, used = sum(generation), sum(solar.values())
    return Settlement(made, used, made - used, _fen((made - used) * prices.feed_in), accounts)


def _account(tenant: Tenant, solar: int, grid_fen: int, prices: Prices) -> Account:
    used, by_price = sum(tenant.use), Counter[Fraction]()
    for units, price in zip(tenant.use, prices.grid, strict=True):
        by_price[price] += units
    solar_fen, without = _fen(solar * tenant.yuan_per_kwh), _fen(_at_prices(by_price))
    return Account(tenant.id, used, solar, used - solar, solar_fen, grid_fen, without)


def _at_prices(bought: Mapping[Fraction, int]) -> Fraction:
    """Milliwatt-hours times yuan, exactly."""
    return sum((units * price for price, units in bought.items()), Fraction(0))


def _grid_fen(from_grid: Mapping[str, Fraction], prices: Prices) -> dict[str, int]:
    """By price, each rounded as on a bill; or the bill there is, in the same proportions, to the fen."""
    total = sum(from_grid.values(), Fraction(0))
    if prices.grid_bill is None or not total:
        return {name: _fen(each) for name, each in from_grid.items()}
    return parts({name: prices.grid_bill * FEN * each / total for name, each in from_grid.items()})


def _given(made: int, need: Mapping[str, int], tenants: Sequence[Tenant], rule: Rule) -> dict[str, int]:
    """Of one interval's generation what each gets; never more than it uses, never more than there is."""
    if rule == "by_use":
        return _by_use(made, need)
    rights = _floored({tenant.id: made * tenant.share for tenant in tenants})
    got = {name: min(need[name], rights[name]) for name in need}
    if rule == "fixed":
        return got
    more = _by_use(made - sum(got.values()), {name: need[name] - got[name] for name in need})
    return {name: got[name] + more[name] for name in need}


def _by_use(made: int, need: Mapping[str, int]) -> dict[str, int]:
    wanted = sum(need.values())
    if wanted <= made:
        return dict(need)
    got = {name: made * each // wanted for name, each in need.items()}
    first = sorted(need, key=lambda name: (-(made * need[name] % wanted), name))[: made - sum(got.values())]
    return {name: units + (name in first) for name, units in got.items()}


def _floored(exact: Mapping[str, Fraction]) -> dict[str, int]:
    return {name: each.numerator // each.denominator for name, each in exact.items()}


def _fen(units_times_yuan: Fraction) -> int:
    return whole(units_times_yuan * FEN / UNITS_KWH)


def _check(generation: Sequence[int], tenants: Sequence[Tenant], prices: Prices) -> None:
    slots = len(generation)
    if any(len(tenant.use) != slots for tenant in tenants) or len(prices.grid) != slots:
        raise ValueError("every curve needs as many intervals as the generation")
    if min(generation, default=0) < 0 or any(min(tenant.use, default=0) < 0 for tenant in tenants):
        raise ValueError("energy below nothing")
    if sum((tenant.share for tenant in tenants), Fraction(0)) > 1 or any(tenant.share < 0 for tenant in tenants):
        raise ValueError("shares are more than the whole")
