"""Take back an appointment that has not begun; who held the post before keeps it for as long as was planned."""

from datetime import date, datetime, timedelta

from django.db import transaction

from wanjia.actions.permission import require
from wanjia.actions.territory.appoint import subject_of_post
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, NotFound, Refused
from wanjia.records.cases.history import write_history
from wanjia.records.territory.models import Post, Tenure


def cancel_appointment(tenure_id: int, actor: Actor, now: datetime, today: date) -> Post:
    """Remove a tenure that begins after today; the one that it cut short gets its own end back. Raises Refused."""
    with transaction.atomic():
        tenure = Tenure.objects.select_related("post__organisation", "person").filter(pk=tenure_id).first()
        if tenure is None:
            raise NotFound("tenure", tenure_id)
        post = Post.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=tenure.post_id)
        require(actor, "post", "appoint", subject_of_post(post))
        if tenure.starts_on <= today:
            raise Refused([Fault("tenure.begun", values={"name": tenure.person.name, "day": tenure.starts_on})])
        data = {"person": tenure.person_id, "name": tenure.person.name, "starts_on": tenure.starts_on.isoformat()}
        tenure.delete()
        _restore(tenure)
        write_history(f"post:{post.code}", actor, now, [("appointment_cancelled", data)])
        return post


def _restore(cancelled: Tenure) -> None:
    """Give the tenure that was cut short its end back, as far as no later appointment stands in its way."""
    before, end = cancelled.cut_short, cancelled.cut_short_from
    if before is None or before.ends_on != cancelled.starts_on - timedelta(days=1):
        return  # it ended by itself, or somebody has changed it since
    after = Tenure.objects.filter(post=cancelled.post_id, starts_on__gt=cancelled.starts_on)
    later = after.order_by("starts_on").first()
    if later is not None and (end is None or end >= later.starts_on):
        later.cut_short, later.cut_short_from = before, end
        later.save(update_fields=["cut_short", "cut_short_from"])
        end = later.starts_on - timedelta(days=1)
    before.ends_on = end
    before.save(update_fields=["ends_on"])
