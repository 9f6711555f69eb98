"""What is asked of districts again and again while outages change: feeder, organisation, cell, area, place, names."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from wanjia.model.actors import Subject
from wanjia.records.network.models import Outage, TransformerDistrict
from wanjia.records.territory.models import Cell, Organisation

CODES_IN_QUERY_MAX = 400
"""Codes named in one query; for more, reading the whole table of some ten thousand rows is quicker."""


class DistrictFacts(NamedTuple):
    """One transformer district as outages see it; degrees WGS 84."""

    code: str
    name_zh: str
    name_en: str
    feeder_id: str
    organisation_id: str
    cell_code: str
    area_class: str
    customers: int
    longitude: float
    latitude: float


def district_facts(codes: Collection[str]) -> dict[str, DistrictFacts]:
    """Facts by code; codes without a row are left out."""
    rows = TransformerDistrict.objects.all()
    if len(codes) <= CODES_IN_QUERY_MAX:
        rows = rows.filter(code__in=codes)
    wanted = set(codes)
    found = map(DistrictFacts._make, rows.values_list(*DistrictFacts._fields))
    return {facts.code: facts for facts in found if facts.code in wanted}


def parents_of_organisations() -> dict[str, str | None]:
    """Code -> code of the organisation above."""
    return dict(Organisation.objects.values_list("code", "parent_id"))


def line_of(code: str | None, parents: dict[str, str | None]) -> tuple[str, ...]:
    """Codes from an organisation up to its root."""
    line: list[str] = []
    while code and code not in line:
        line.append(code)
        code = parents.get(code)
    return tuple(line)


def common_organisation(codes: Iterable[str], parents: dict[str, str | None]) -> str | None:
    """The lowest organisation above all of them, or the one itself; None when they share none."""
    lines = [line_of(code, parents) for code in set(codes)]
    if not lines:
        return None
    shared = set(lines[0]).intersection(*lines[1:])
    return next((code for code in lines[0] if code in shared), None)


def subject_of_outage(outage: Outage) -> Subject:
    """What permission has to know: every cell and organisation that it touches, with all above them."""
    touched = outage.districts.order_by().values_list("district__cell_code", "district__organisation_id").distinct()
    return subject_of_districts(list(touched), outage.organisation_id)


def subject_of_districts(touched: Collection[tuple[str, str]], organisation: str | None = None) -> Subject:
    """The same for (cell code, organisation code) of districts."""
    parents = parents_of_organisations()
    organisations = {code for _, code in touched} | ({organisation} if organisation else set())
    cells = {code for code, _ in touched if code}
    above = dict(Cell.objects.order_by("starts_on").values_list("code", "parent_code")) if cells else {}
    return Subject(
        cells=frozenset(code for cell in cells for code in line_of(cell, above)),
        organisations=frozenset(above for code in organisations for above in line_of(code, parents)),
    )
