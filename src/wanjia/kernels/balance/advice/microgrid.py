"""A village microgrid over a round: generation, storage and charging held against each other.

At the point where the microgrid joins the network, energy is conserved over any period (all in kWh):

    generation + discharge + from_grid = charge + charging + other_use + to_grid + losses

`losses` are what is left; they are never negative unless a meter counts wrongly. The storage's own balance is
charge - discharge = stored_now - stored_before + its losses, so its round-trip efficiency over a period is
(discharge + stored_now - stored_before) / charge.
"""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Flows:
    """Energies of the period as metered, kWh, and what the storage held at its begin and end."""

    generation: float
    charge: float
    discharge: float
    charging: float
    other_use: float
    from_grid: float
    to_grid: float
    stored_before: float = 0.0
    stored_now: float = 0.0


@dataclass(frozen=True)
class Together:
    """What the flows say together; shares are 0-1, None where their whole is nothing.

    loss_kwh: in less out. loss_share: of what came in. own_share: of the generation, used or stored here
    (self-consumption ratio). self_supply: of the use, not from the grid (self-sufficiency ratio). round_trip: of the
    storage.
    """

    in_kwh: float
    out_kwh: float
    loss_kwh: float
    loss_share: float | None
    own_share: float | None
    self_supply: float | None
    round_trip: float | None


def together(flows: Flows) -> Together:
    """The balance of a period. Raises ValueError for a flow below nothing: energies are counted in their direction."""
    if any(getattr(flows, each.name) < 0 for each in fields(flows)):
        raise ValueError("energies are counted in their direction")
    coming = flows.generation + flows.discharge + flows.from_grid
    going = flows.charge + flows.charging + flows.other_use + flows.to_grid
    use = flows.charging + flows.other_use
    return Together(
        in_kwh=coming,
        out_kwh=going,
        loss_kwh=coming - going,
        loss_share=_share(coming - going, coming),
        own_share=_share(flows.generation - min(flows.to_grid, flows.generation), flows.generation),
        self_supply=_share(use - min(flows.from_grid, use), use),
        round_trip=_share(flows.discharge + flows.stored_now - flows.stored_before, flows.charge),
    )


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
