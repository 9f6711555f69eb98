"""What cases tell each other: written in the transaction that caused it, delivered by a worker, once each."""

import logging
from datetime import datetime

from django.db import DatabaseError, transaction
from django.db.models import F

from wanjia.actions.cases.practices import practice_of
from wanjia.actions.cases.stepping import locked_case, step_case
from wanjia.engine.nouns import Message
from wanjia.model.actors import SYSTEM
from wanjia.model.faults import Refused
from wanjia.records.cases.models import Case, News

logger = logging.getLogger(__name__)

NEWS_PER_ROUND = 50
"""Deliveries between two looks at the clocks: about a second of work."""


def deliver_news(now: datetime, limit: int = NEWS_PER_ROUND) -> int:
    """Give waiting cases their news, oldest first; returns how many were looked at. Any number of workers may run.

    A case that does not wait for it yet is asked again as soon as it has moved on.
    """
    waiting = News.objects.filter(settled_at=None).exclude(tried_version=F("case__row_version"))
    rows = list(waiting.order_by("pk").values_list("pk", "case__number")[:limit])
    for pk, number in rows:
        try:
            _deliver(pk, number, now)
        except DatabaseError:
            raise  # the store's trouble, not the case's
        except Exception:
            logger.exception("case %s: news %s could not be delivered", number, pk)
            _set_aside(pk)
    return len(rows)


def _deliver(pk: int, number: str, now: datetime) -> None:
    with transaction.atomic():
        case = locked_case(number)
        news = News.objects.filter(pk=pk, settled_at=None).first()
        if news is None:
            return  # another worker was faster
        if case.status != Case.Status.RUNNING:
            News.objects.filter(pk=pk).update(settled_at=now, too_late=True)
        elif _given(case, news, now):
            News.objects.filter(pk=pk).update(settled_at=now)
        else:
            News.objects.filter(pk=pk).update(tried_version=case.row_version)


def _given(case: Case, news: News, now: datetime) -> bool:
    """Whether the case took it; False, and nothing changed, when it does not wait for it now."""
    declared = practice_of(case.practice).messages.get(news.name)
    if declared is None:
        return False  # the case was moved to a version that does not listen
    version = case.row_version
    try:
        with transaction.atomic():
            step_case(case, Message(SYSTEM.reference, news.name, news.payload, None, news.branch), SYSTEM, now)
    except Refused as refused:
        if {fault.code for fault in refused.faults} != {"engine.message_unexpected"}:
            logger.error("case %s: %s was refused: %s", case.number, news.name, refused)
        case.row_version = version
        return False
    return True


def _set_aside(pk: int) -> None:
    """Not again before the case has moved."""
    for row in News.objects.filter(pk=pk).select_related("case"):
        News.objects.filter(pk=pk).update(tried_version=row.case.row_version)
