"""The rest of a gap shared by several published rules, so that those who pay can choose one before they see whom it
favours: by use, equally, by floor area, by persons. What reading times, points and loss explain stays as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

from wanjia.kernels.balance.submeters.gap import Balance, Share, parts, shared

Rule: TypeAlias = Literal["by_use", "equally", "by_area", "by_persons"]
RULES: tuple[Rule, ...] = ("by_use", "equally", "by_area", "by_persons")


@dataclass(frozen=True)
class Party:
    """What a rule may need to know of whoever is behind a meter; None is not known."""

    meter: str
    area_m2: Fraction | None = None
    persons: Fraction | None = None


@dataclass(frozen=True)
class Proposal:
    """The shares by one rule; none, and who keeps the rule from being used, where a figure is not known."""

    rule: Rule
    shares: tuple[Share, ...]
    unknown: tuple[str, ...] = ()


def proposals(
    found: Balance, parties: Sequence[Party], yuan_per_kwh: Fraction, rules: Sequence[Rule] = RULES
) -> tuple[Proposal, ...]:
    """One proposal a rule, in the order asked for; every one bears the same kWh together."""
    known = {party.meter: party for party in parties}
    return tuple(_proposal(rule, found, known, yuan_per_kwh) for rule in rules)


def _proposal(rule: Rule, found: Balance, parties: Mapping[str, Party], yuan_per_kwh: Fraction) -> Proposal:
    weights = {share.meter: _weight(rule, share, parties.get(share.meter)) for share in found.shares}
    unknown = tuple(sorted(meter for meter, weight in weights.items() if weight is None))
    if unknown:
        return Proposal(rule, (), unknown)
    rest = shared(max(0, found.left), {meter: weight for meter, weight in weights.items() if weight is not None})
    extra = {share.meter: share.extra - share.rest + rest[share.meter] for share in found.shares}
    fen = parts({meter: each * yuan_per_kwh for meter, each in extra.items()})
    return Proposal(rule, tuple(_with_rest(share, rest[share.meter], fen[share.meter]) for share in found.shares))


def _weight(rule: Rule, share: Share, party: Party | None) -> Fraction | None:
    if rule == "by_use":
        return Fraction(share.use + share.timing)
    if rule == "equally":
        return Fraction(1)
    known = None if party is None else party.area_m2 if rule == "by_area" else party.persons
    return known if known is not None and known >= 0 else None


def _with_rest(share: Share, rest: int, fen: int) -> Share:
    return Share(share.meter, share.use, share.timing, share.points, share.loss, rest, fen)
