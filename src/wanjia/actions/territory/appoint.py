"""Put a person into a post from a day on; whoever held it hands over, with all open tasks, in the same transaction."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from wanjia.actions.permission import require
from wanjia.actions.territory.moving_tasks import move_open_tasks
from wanjia.model.actors import Actor, Subject
from wanjia.model.faults import Fault, NotFound, Refused, Where
from wanjia.records.cases.history import write_history
from wanjia.records.territory.holders import cell_line, holder_of, organisation_line
from wanjia.records.territory.models import Person, Post, Tenure


def appoint(post_code: str, person_id: int, starts_on: date, actor: Actor, now: datetime, today: date) -> Tenure:
    """Appoint the person from `starts_on`; the running tenure ends the day before. Raises Refused.

    Open tasks move at once when the day has come, else when `hand_over_due` runs on that day.
    """
    with transaction.atomic():
        post = (
            Post.objects.select_for_update(of=("self",)).select_related("organisation").filter(code=post_code).first()
        )
        person = Person.objects.filter(pk=person_id).first()
        if post is None or person is None:
            raise NotFound("post" if post is None else "person", post_code if post is None else person_id)
        require(actor, "post", "appoint", subject_of_post(post))
        running = _running(post, starts_on)
        tenure = Tenure(post=post, person=person, starts_on=starts_on)
        if running is not None:
            tenure.cut_short, tenure.cut_short_from = running, running.ends_on
            running.ends_on = starts_on - timedelta(days=1)
            running.save(update_fields=["ends_on"])
        tenure.save()
        data = {"person": person.pk, "name": person.name, "starts_on": starts_on.isoformat()}
        write_history(f"post:{post.code}", actor, now, [("appointed", data)])
        if starts_on <= today and holder_of(post, today) == person:
            move_open_tasks(post, person, actor, now)
        return tenure


def subject_of_post(post: Post) -> Subject:
    """Posts belong to their cell and those around it, and to their organisation's line."""
    return Subject(
        cells=frozenset(cell_line(post.cell_code)), organisations=frozenset(organisation_line(post.organisation))
    )


def _running(post: Post, day: date) -> Tenure | None:
    """The tenure that runs on a day, to be ended before it; one that begins on or after that day is in the way."""
    later = Tenure.objects.filter(post=post, starts_on__gte=day).order_by("starts_on").first()
    if later is not None:
        values = {"post": post.code, "day": later.starts_on, "name": later.person.name}
        raise Refused([Fault("tenure.already_planned", Where("starts_on"), values)])
    return Tenure.objects.filter(Q(ends_on=None) | Q(ends_on__gte=day), post=post, starts_on__lt=day).first()
