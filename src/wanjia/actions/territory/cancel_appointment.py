"""Take back an appointment that has not begun; who held the post before keeps it."""

from datetime import date, datetime, timedelta

from django.db import transaction

from wanjia.actions.permission import require
from wanjia.actions.territory.appoint import subject_of_post
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, NotFound, Refused
from wanjia.records.cases.history import write_history
from wanjia.records.territory.models import Post, Tenure


def cancel_appointment(tenure_id: int, actor: Actor, now: datetime, today: date) -> Post:
    """Remove a tenure that begins after today and let the one before it run on. Raises Refused."""
    with transaction.atomic():
        tenure = Tenure.objects.select_related("post__organisation", "person").filter(pk=tenure_id).first()
        if tenure is None:
            raise NotFound("tenure", tenure_id)
        post = Post.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=tenure.post_id)
        require(actor, "post", "appoint", subject_of_post(post))
        if tenure.starts_on <= today:
            raise Refused([Fault("tenure.begun", values={"name": tenure.person.name, "day": tenure.starts_on})])
        day_before = tenure.starts_on - timedelta(days=1)
        data = {"person": tenure.person_id, "name": tenure.person.name, "starts_on": tenure.starts_on.isoformat()}
        tenure.delete()
        Tenure.objects.filter(post=post, ends_on=day_before).update(ends_on=None)
        write_history(f"post:{post.code}", actor, now, [("appointment_cancelled", data)])
        return post
