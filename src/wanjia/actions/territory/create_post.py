"""Add a post (岗位): a role in an organisation, for grid roles in one cell."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from wanjia.actions.permission import require
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.permissions import ROLES
from wanjia.records.cases.history import write_history
from wanjia.records.territory.grid import cells_on
from wanjia.records.territory.holders import GRID_ROLES
from wanjia.records.territory.models import Organisation, Post

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{1,63}")
POST_ROLES = tuple(role for role in ROLES if role != "citizen")
"""Everybody is a citizen; nobody is appointed one."""


@dataclass(frozen=True)
class PostSheet:
    """What a post is. `cell` is empty for roles outside the grid."""

    code: str
    role: str
    organisation: str
    cell: str = ""


def create_post(sheet: PostSheet, actor: Actor, now: datetime, today: date) -> Post:
    """Add the post; nobody holds it yet. Raises Refused with every fault."""
    require(actor, "post", "edit")
    with transaction.atomic():
        faults = [*_code_faults(sheet), *_cell_faults(sheet, today)]
        if not Organisation.objects.filter(code=sheet.organisation).exists():
            values = {"code": sheet.organisation[:64]}
            faults.append(Fault("post.organisation_unknown", Where("organisation"), values))
        if faults:
            raise Refused(faults)
        post = Post.objects.create(
            code=sheet.code, role=sheet.role, organisation_id=sheet.organisation, cell_code=sheet.cell
        )
        write_history(f"post:{post.code}", actor, now, [("post_created", {"role": post.role, "cell": post.cell_code})])
        return post


def _code_faults(sheet: PostSheet) -> Iterator[Fault]:
    if not CODE.fullmatch(sheet.code):
        yield Fault("post.code_form", Where("code"), {"code": sheet.code[:64]})
    elif Post.objects.filter(code=sheet.code).exists():
        yield Fault("post.code_taken", Where("code"), {"code": sheet.code})


def _cell_faults(sheet: PostSheet, today: date) -> Iterator[Fault]:
    """A grid role answers for one cell of its level, and a cell has one such post."""
    level = next((level for level, role in GRID_ROLES.items() if role == sheet.role), None)
    if sheet.role not in POST_ROLES:
        yield Fault("post.role_unknown", Where("role"), {"role": sheet.role[:32]})
    elif level is None:
        if sheet.cell:
            yield Fault("post.cell_not_wanted", Where("cell"))
    elif sheet.cell not in {cell.code for cell in cells_on(today) if cell.level == level}:
        yield Fault("post.cell_unknown", Where("cell"), {"cell": sheet.cell[:64], "level": level})
    elif Post.objects.filter(cell_code=sheet.cell, role=sheet.role).exists():
        yield Fault("post.cell_taken", Where("cell"), {"cell": sheet.cell})
