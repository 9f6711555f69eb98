"""Where a request lies: its point, its cells, its transformer district, and the organisation that receives it."""

from dataclasses import dataclass
from datetime import datetime

from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Where
from wanjia.model.jsonvalue import Facts
from wanjia.practice.nouns import Practice
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.network.models import Customer, TransformerDistrict
from wanjia.records.territory.grid import path_of
from wanjia.records.territory.models import Cell, Organisation


@dataclass(frozen=True)
class Placed:
    """A located request, or the faults that kept it from being located."""

    organisation: Organisation | None
    faults: tuple[Fault, ...] = ()
    longitude: float | None = None
    latitude: float | None = None
    address: str = ""
    cell_path: str = ""
    cell_code: str = ""
    area_class: str | None = None
    district: TransformerDistrict | None = None
    customer: Customer | None = None


def place_request(
    practice: Practice, answers: Facts, customer_number: str, organisation: str, actor: Actor, now: datetime
) -> Placed:
    """Locate a request by its place fact, else by the customer's meter, else by the organisation that enters it."""
    customer = Customer.objects.select_related("district").filter(number=customer_number).first()
    if customer_number and customer is None:
        return Placed(None, (Fault("case.customer_unknown", Where("customer_number"), {"number": customer_number}),))
    point = _point(practice, answers)
    if point is None and customer is not None:
        point = (customer.longitude, customer.latitude, customer.address)
    if point is None:
        return Placed(_receiving(organisation, actor), customer=customer)
    return _located(point, customer, now)


def _point(practice: Practice, answers: Facts) -> tuple[float, float, str] | None:
    for field, rule in practice.facts.items():
        value = answers.get(field)
        if rule.get("format") == "place" and isinstance(value, dict):
            longitude, latitude = value.get("longitude"), value.get("latitude")
            if isinstance(longitude, int | float) and isinstance(latitude, int | float):
                return float(longitude), float(latitude), str(value.get("address") or "")[:160]
    return None


def _located(point: tuple[float, float, str], customer: Customer | None, now: datetime) -> Placed:
    longitude, latitude, address = point
    day = work_calendar().day_of(now)
    path = path_of(longitude, latitude, day)
    codes = [code for code in path if code]
    if not codes:
        values = {"longitude": round(longitude, 5), "latitude": round(latitude, 5)}
        return Placed(None, (Fault("case.place_outside", Where("place"), values),))
    rows = Cell.objects.filter(code__in=codes, starts_on__lte=day).order_by("starts_on").defer("geometry_wkb")
    cells = {cell.code: cell for cell in rows.select_related("organisation")}  # the newest drawing of each wins
    finest, widest = cells[codes[-1]], cells[codes[0]]
    district = customer.district if customer else _nearest_district(finest.code, longitude, latitude)
    return Placed(
        widest.organisation, (), longitude, latitude, address, "/".join(path), finest.code,
        district.area_class if district else finest.area_class, district, customer,
    )  # fmt: skip


def _nearest_district(cell_code: str, longitude: float, latitude: float) -> TransformerDistrict | None:
    """The nearest transformer district of the cell; degrees suffice to rank within one cell."""
    rows = TransformerDistrict.objects.filter(cell_code=cell_code)
    return min(rows, key=lambda row: (row.longitude - longitude) ** 2 + (row.latitude - latitude) ** 2, default=None)


def _receiving(organisation: str, actor: Actor) -> Organisation:
    """The organisation named, else the actor's own, else the root company."""
    code = organisation or next((seat.organisation for seat in actor.seats), "")
    found = Organisation.objects.filter(code=code).first() if code else None
    return (
        found
        or Organisation.objects.filter(parent=None, kind__endswith="company").order_by("code").first()
        or (Organisation.objects.order_by("code").first() or Organisation())
    )
