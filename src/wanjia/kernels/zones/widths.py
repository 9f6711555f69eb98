"""How far a line's protection zone reaches beyond its outermost conductor: one table, by voltage and manner of laying.

Regulations for the Protection of Electric Power Facilities (电力设施保护条例) art. 10: overhead 1-10 kV 5 m, 35-110 kV
10 m, 154-330 kV 15 m, 500 kV 20 m, measured from the outermost conductor; underground cable 0.75 m to each side.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Laid: TypeAlias = Literal["overhead", "cable"]
LAID: tuple[Laid, ...] = ("overhead", "cable")


@dataclass(frozen=True)
class ZoneRule:
    """For voltages up to `kv_most` (kV, included) laid so: metres beyond the outermost conductor, and who says so."""

    laid: Laid
    kv_most: float
    metres: float
    source: str


_ARTICLE = "电力设施保护条例第十条 (Regulations for the Protection of Electric Power Facilities, art. 10)"
ZONE_RULES: tuple[ZoneRule, ...] = (
    ZoneRule("overhead", 10, 5.0, _ARTICLE),
    ZoneRule("overhead", 110, 10.0, _ARTICLE),
    ZoneRule("overhead", 330, 15.0, _ARTICLE),
    ZoneRule("overhead", 500, 20.0, _ARTICLE),
    ZoneRule("cable", 500, 0.75, _ARTICLE),
)
"""Rising by voltage. A voltage between two classes of the article (20 kV) takes the wider zone of the next one."""

KV_LEAST = 1.0
"""Low-voltage lines have no zone of their own in the article."""


def zone_metres(voltage_kv: float, laid: Laid, rules: Iterable[ZoneRule] = ZONE_RULES) -> float | None:
    """Metres of the zone beyond the outermost conductor; None where the table has no figure for the voltage."""
    if not voltage_kv >= KV_LEAST:
        return None
    return next((rule.metres for rule in rules if rule.laid == laid and voltage_kv <= rule.kv_most), None)
