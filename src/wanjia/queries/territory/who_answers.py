"""Who answers for this point, at every level, on this day."""

from dataclasses import dataclass
from datetime import date

from wanjia.records.territory.grid import path_of
from wanjia.records.territory.holders import answering
from wanjia.records.territory.models import Cell


@dataclass(frozen=True)
class Answering:
    """One level of the grid at a point: the cell, its post, and who holds it (empty when nobody does)."""

    level: int
    role: str
    cell_code: str
    cell_zh: str
    cell_en: str
    organisation_zh: str
    organisation_en: str
    post_id: int
    person_id: int | None
    person: str
    work_phone: str


def who_answers(longitude: float, latitude: float, on: date) -> tuple[Answering, ...]:
    """Level 1 first; empty when the point lies outside the territory of that day."""
    return answers_of_path(path_of(longitude, latitude, on), on)


def answers_of_path(path: tuple[str, ...], on: date) -> tuple[Answering, ...]:
    """The same for known cells. Work phones belong to the post's holder at work and are public."""
    codes = [code for code in path if code]
    cells = {cell.code: cell for cell in Cell.objects.filter(code__in=codes, starts_on__lte=on).order_by("starts_on")}
    found = []
    for level, post, person in answering(path, on):
        cell, organisation = cells[post.cell_code], post.organisation
        found.append(
            Answering(
                level, post.role, cell.code, cell.name_zh, cell.name_en or cell.name_zh,
                organisation.name_zh, organisation.name_en, post.pk,
                person.pk if person else None, person.name if person else "", person.phone if person else "",
            )
        )  # fmt: skip
    return tuple(found)
