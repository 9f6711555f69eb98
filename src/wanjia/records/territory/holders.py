"""Who holds which post on a day, and who a person is on a day. The one look-up behind every name that is shown."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from wanjia.model.actors import Actor, Seat
from wanjia.records.territory.models import Cell, Organisation, Person, Post, Tenure

GRID_ROLES = {1: "station_chief", 2: "senior_manager", 3: "district_manager"}
"""The role that answers for a cell, by its level (1 is the widest)."""

CHIEF_ROLES = ("station_chief", "county_manager", "company_manager")
"""Roles that answer for an organisation as a whole, lowest first; escalation outside the grid goes to them."""


def in_office(day: date) -> Q:
    """Filter for tenures that hold on `day`, both ends included."""
    return Q(starts_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gte=day))


def holder_of(post: Post, day: date) -> Person | None:
    """The one person who holds the post on that day."""
    tenure = Tenure.objects.filter(in_office(day), post=post).select_related("person").first()
    return tenure.person if tenure else None


def nearest_post(role: str, organisation: Organisation) -> Post | None:
    """The nearest post of that role: in this organisation, up its line, else the first anywhere."""
    seat: Organisation | None = organisation
    while seat is not None:
        post = Post.objects.filter(organisation=seat, role=role).select_related("organisation").first()
        if post:
            return post
        seat = seat.parent
    return Post.objects.filter(role=role).select_related("organisation").order_by("code").first()


def cell_holder(cell_code: str, level: int, day: date) -> Tenure | None:
    """The tenure that answers for a cell on that day, with its post, organisation and person."""
    tenures = Tenure.objects.filter(in_office(day), post__cell_code=cell_code, post__role=GRID_ROLES[level])
    return tenures.select_related("post__organisation", "person").order_by("pk").first()


def answering(cell_path: Iterable[str], day: date) -> list[tuple[int, Post, Person | None]]:
    """(level, post, holder) for every cell of a path (level 1 first); levels without a post are left out."""
    levels = {code: level for level, code in enumerate(cell_path, start=1) if code}
    posts = {post.cell_code: post for post in Post.objects.filter(cell_code__in=levels).select_related("organisation")
             if post.role == GRID_ROLES[levels[post.cell_code]]}  # fmt: skip
    tenures = Tenure.objects.filter(in_office(day), post__in=posts.values()).select_related("person")
    people = {tenure.post_id: tenure.person for tenure in tenures}
    return [(level, posts[code], people.get(posts[code].pk)) for code, level in levels.items() if code in posts]


def organisation_line(organisation: Organisation | None) -> tuple[str, ...]:
    """Codes from the organisation up to its root."""
    line: list[str] = []
    while organisation is not None and organisation.code not in line:
        line.append(organisation.code)
        organisation = organisation.parent
    return tuple(line)


def cell_line(cell_code: str) -> tuple[str, ...]:
    """Codes from the cell up to the widest cell around it, as drawn now."""
    line: list[str] = []
    code = cell_code
    while code and code not in line:
        line.append(code)
        cell = Cell.objects.filter(code=code).order_by("-starts_on").only("parent_code").first()
        code = cell.parent_code if cell else ""
    return tuple(line)


def actor_of(person: Person, day: date, grants: Iterable[int] = ()) -> Actor:
    """The person with all posts held on that day."""
    tenures = Tenure.objects.filter(in_office(day), person=person).select_related("post")
    seats = tuple(Seat(t.post.pk, t.post.role, t.post.organisation_id, t.post.cell_code) for t in tenures)
    return Actor(f"person:{person.pk}", person.name, person.pk, seats, frozenset(grants))
