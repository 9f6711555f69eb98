"""The map of loss: what `district_map.still_map` draws, coloured by the band of a day."""

from datetime import date, datetime
from typing import Any

from wanjia.model.actors import Actor
from wanjia.queries.network.parts import Part


def loss_states(actor: Actor, part: Part, day: date | None, now: datetime, language: str) -> dict[str, Any]:
    """`{"still": mark, "day": "YYYY-MM-DD", "bands": [...], "values": [[place, band, rate per mille or null], ...]}`.

    `still` is the mark of the still map of the same part (`district_map.still_map`), `place` the position in it, `band`
    the position in `bands`. Districts that are not listed are not in collection. Raises Denied.
    """
    raise NotImplementedError
