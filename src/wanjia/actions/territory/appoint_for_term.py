"""Appoint a person for a term in another body's work (互聘), in a post that is opened for it; and end that early."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from wanjia.actions.permission import require
from wanjia.actions.territory.appoint import subject_of_post
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, NotFound, Refused, Where
from wanjia.records.cases.history import write_history
from wanjia.records.territory.models import Organisation, Person, Post, Tenure

TERM_ROLES = ("cell_helper",)
"""Roles for which a post may be opened by an agreement: they see a cell without names and decide nothing."""
TERM_YEARS_MAX = 5
"""Nobody is appointed by agreement for longer: what lasts is a post of the body's own."""
POSTS_MAX = 40
"""Helpers of one role in one cell and one body."""


@dataclass(frozen=True)
class Term:
    """Who is appointed, as what, in whose work, for which cell, from and until which days (both included)."""

    role: str
    organisation: str
    cell: str
    person_id: int
    starts_on: date
    ends_on: date


def appoint_for_term(term: Term, actor: Actor, now: datetime) -> Tenure:
    """The appointment; the same one again changes nothing. Raises Refused with every fault, NotFound, Denied."""
    with transaction.atomic():
        organisation = Organisation.objects.select_for_update().filter(code=term.organisation).first()
        person = Person.objects.filter(pk=term.person_id).first()
        if organisation is None or person is None:
            wanted = ("organisation", term.organisation) if organisation is None else ("person", term.person_id)
            raise NotFound(*wanted)
        if faults := _term_faults(term):
            raise Refused(faults)
        require(actor, "post", "appoint", subject_of_post(Post(organisation=organisation, cell_code=term.cell)))
        known = _same(term)
        if known is not None:
            return known
        tenure = Tenure.objects.create(
            post=_free_post(term), person=person, starts_on=term.starts_on, ends_on=term.ends_on
        )
        data = {"person": person.pk, "name": person.name, "starts_on": term.starts_on.isoformat(),
                "ends_on": term.ends_on.isoformat()}  # fmt: skip
        write_history(f"post:{tenure.post.code}", actor, now, [("appointed", data)])
        return tenure


def end_term(tenure_id: int, last_day: date, actor: Actor, now: datetime) -> date | None:
    """The last day of the appointment, now `last_day` if it would have lasted longer; None: it never began."""
    with transaction.atomic():
        tenure = Tenure.objects.select_for_update().filter(pk=tenure_id).first()
        if tenure is None:
            raise NotFound("tenure", tenure_id)
        post = Post.objects.select_related("organisation").get(pk=tenure.post_id)
        require(actor, "post", "appoint", subject_of_post(post))
        data = {"person": tenure.person_id, "name": tenure.person.name, "ends_on": last_day.isoformat()}
        if tenure.starts_on > last_day:
            tenure.delete()
            write_history(f"post:{post.code}", actor, now, [("appointment_cancelled", data)])
            return None
        if tenure.ends_on is None or tenure.ends_on > last_day:
            Tenure.objects.filter(pk=tenure.pk).update(ends_on=last_day)
            write_history(f"post:{post.code}", actor, now, [("appointment_ended", data)])
            return last_day
        return tenure.ends_on


def _term_faults(term: Term) -> list[Fault]:
    faults = []
    if term.role not in TERM_ROLES:
        faults.append(Fault("post.role_unknown", Where("role"), {"role": term.role[:32]}))
    if term.ends_on < term.starts_on or term.ends_on > term.starts_on + timedelta(days=366 * TERM_YEARS_MAX):
        faults.append(Fault("tenure.term_wrong", Where("ends_on"), {"years_max": TERM_YEARS_MAX}))
    return faults


def _posts(term: Term) -> list[Post]:
    rows = Post.objects.filter(role=term.role, organisation_id=term.organisation, cell_code=term.cell)
    return list(rows.select_related("organisation").order_by("pk"))


def _same(term: Term) -> Tenure | None:
    return Tenure.objects.filter(
        post__in=_posts(term), person_id=term.person_id, starts_on=term.starts_on, ends_on=term.ends_on
    ).first()


def _free_post(term: Term) -> Post:
    """A post of that kind that nobody holds in the term, or a new one."""
    posts = _posts(term)
    overlapping = Tenure.objects.filter(Q(ends_on=None) | Q(ends_on__gte=term.starts_on), starts_on__lte=term.ends_on)
    busy = set(overlapping.filter(post__in=posts).values_list("post_id", flat=True))
    free = next((post for post in posts if post.pk not in busy), None)
    if free is not None:
        return free
    if len(posts) >= POSTS_MAX:
        raise Refused([Fault("post.too_many", Where("role"), {"posts_max": POSTS_MAX})])
    stem = "-".join(part for part in (term.role, term.organisation[:24], term.cell[:20]) if part)
    code = f"{stem}-{len(posts) + 1}"
    return Post.objects.create(code=code, role=term.role, organisation_id=term.organisation, cell_code=term.cell)
