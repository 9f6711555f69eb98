"""The map of loss: what `district_map.still_map` draws, coloured by the band of a day."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from wanjia.model.actors import Actor
from wanjia.queries.network.district_map import places
from wanjia.queries.network.loss_rows import OBJECT, allow, days_to_show, results
from wanjia.queries.network.losses import BANDS
from wanjia.queries.network.parts import Part, seen_districts


def loss_states(actor: Actor, part: Part, day: date | None, now: datetime, language: str) -> dict[str, Any]:
    """`{"still": mark, "day": "YYYY-MM-DD", "bands": [...], "values": [[place, band, rate per mille or null], ...]}`.

    `still` is the mark of the still map of the same part (`district_map.still_map`), `place` the position in it, `band`
    the position in `bands`. Districts that are not listed are not in collection. Raises Denied.
    """
    allow(actor)
    shown = days_to_show(day, timezone.localdate(now)).shown
    mark, place_of = places(seen_districts(actor, part, OBJECT), language)
    table = results(shown, shown, place_of).select(["district_id", "band", "loss_rate"])
    values = [
        [place_of[row["district_id"]], BANDS.index(row["band"]), _per_mille(row["loss_rate"])]
        for row in table.to_pylist()
    ]
    return {"still": mark, "day": shown.isoformat(), "bands": list(BANDS), "values": sorted(values)}


def _per_mille(rate: float | None) -> int | None:
    return None if rate is None else round(1000 * rate)
