"""Feeders and transformer districts of a network's tables become rows, each in the cell that it stands in."""

from collections.abc import Sequence
from datetime import date, datetime

import numpy as np
from django.db import transaction

from wanjia.actions.network.customers import district_codes, district_customers
from wanjia.actions.permission import require
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.network import AREAS, Network
from wanjia.records.cases.history import write_history
from wanjia.records.network.models import Feeder, TransformerDistrict
from wanjia.records.territory.grid import grid_on
from wanjia.records.territory.models import Cell

NAMED_MAX = 20
"""Districts named in one fault; the rest is counted."""
ROWS_PER_STATEMENT = 500
COLUMNS = (
    "name_zh", "feeder", "organisation", "cell_code", "area_class", "capacity_kva", "customers", "longitude",
    "latitude",
)  # fmt: skip
"""What the tables say anew of a district that is known already; its English name was given here."""


def enter_districts(network: Network, actor: Actor, now: datetime, today: date) -> int:
    """Make or bring up to date a row for every district of the tables; returns how many. Raises Denied, Refused.

    A district belongs to the organisation of the widest cell that holds it. Districts that the tables no longer have
    stay, because cases and past outages name them.
    """
    require(actor, "network", "install")
    codes = district_codes(network)
    places = [] if (faults := _unplaced(network, codes)) else _places(network, today)
    faults += [_named("network.districts_outside", codes, [not place for place in places])]
    faults += [_named("network.districts_without_feeder", codes, [not str(one) for one in network.districts.feeder])]
    if wrong := [fault for fault in faults if fault.values["count"]]:
        raise Refused(wrong)
    with transaction.atomic():
        _write(network, codes, places)
        write_history("network:districts", actor, now, [("districts_entered", {"districts": len(codes)})])
    return len(codes)


def _unplaced(network: Network, codes: Sequence[str]) -> list[Fault]:
    missing = np.isnan(network.districts.longitude) | np.isnan(network.districts.latitude)
    return [_named("network.districts_unplaced", codes, missing.tolist())] if missing.any() else []


def _named(code: str, codes: Sequence[str], wrong: Sequence[bool]) -> Fault:
    names = [name for name, is_wrong in zip(codes, wrong, strict=False) if is_wrong]
    return Fault(code, Where("districts"), {"count": len(names), "districts": ", ".join(names[:NAMED_MAX])})


def _places(network: Network, today: date) -> list[tuple[Cell, str] | None]:
    """The widest cell and the finest one's code, for every district; None outside the territory."""
    index = grid_on(today)
    cells = {cell.code: cell for cell in Cell.objects.filter(starts_on__lte=today).order_by("starts_on")}
    found: list[tuple[Cell, str] | None] = []
    for longitude, latitude in zip(network.districts.longitude, network.districts.latitude, strict=True):
        path = [code for code in index.locate_ids(float(longitude), float(latitude)) if code]
        found.append((cells[path[0]], path[-1]) if path and cells[path[0]].organisation_id else None)
    return found


def _write(network: Network, codes: Sequence[str], places: Sequence[tuple[Cell, str] | None]) -> None:
    feeders = {str(one) for one in network.districts.feeder}
    Feeder.objects.bulk_create([Feeder(code=code, name_zh=code) for code in sorted(feeders)], ignore_conflicts=True)
    table, customers = network.districts, district_customers(network)
    capacity = np.nan_to_num(table.capacity_kva)
    rows = [
        TransformerDistrict(
            code=code, name_zh=str(table.name[at]) or code, feeder_id=str(table.feeder[at]),
            organisation_id=place[0].organisation_id, cell_code=place[1], area_class=AREAS[table.area[at]],
            capacity_kva=round(float(capacity[at])), customers=customers[at], longitude=float(table.longitude[at]),
            latitude=float(table.latitude[at]),
        )
        for at, (code, place) in enumerate(zip(codes, places, strict=True)) if place is not None
    ]  # fmt: skip
    TransformerDistrict.objects.bulk_create(
        rows, ROWS_PER_STATEMENT, update_conflicts=True, unique_fields=["code"], update_fields=COLUMNS
    )
