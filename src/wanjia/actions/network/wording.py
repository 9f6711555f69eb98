"""The words in which customers hear of an outage, by district and language."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from django.utils import timezone

from wanjia.records.network.lookups import DistrictFacts
from wanjia.records.network.models import Outage
from wanjia.records.territory.models import Organisation
from wanjia.texts import say


def short_moment(at: datetime, language: str) -> str:
    """`11月22日 14:30`, `22/11 14:30`: a text message has no room for the year."""
    local = at.astimezone(ZoneInfo(timezone.get_default_timezone_name()))
    day = f"{local.day}/{local.month}" if language == "en" else f"{local.month}月{local.day}日"
    return f"{day} {local:%H:%M}"


class Words:
    """Sentences about one outage; each district's is made once, however many people read it."""

    def __init__(self, outage: Outage, occasion: str, facts: Mapping[str, DistrictFacts], reason: str = "") -> None:
        self._outage, self._occasion, self._facts, self._reason = outage, occasion, facts, reason
        self.body, self._phone, self._times = cache(self._body), cache(phone_of), cache(self._said_times)

    def subject(self, language: str) -> str:
        """The line above a mail."""
        return say(f"outages.subject.{self._occasion}", language)

    def _body(self, district: str, language: str) -> str:
        facts = self._facts.get(district)
        named = district_name(facts, language) if facts else district
        text = say(
            f"outages.say.{self._occasion}", language, district=named, reason=self._reason, **self._times(language)
        )  # fmt: skip
        phone = self._phone(facts.organisation_id) if facts else ""
        return text + (say("outages.say.phone", language, phone=phone) if phone else "")

    def _said_times(self, language: str) -> dict[str, str]:
        """The same for every district of the outage."""
        outage, estimate = self._outage, self._outage.estimated_restoration_at
        return {
            "start": short_moment(outage.starts_at, language),
            "end": short_moment(outage.ends_at, language) if outage.ends_at else "",
            "estimate": short_moment(estimate, language) if estimate else say("outages.say.not_known_yet", language),
        }


def district_name(facts: DistrictFacts, language: str) -> str:
    """As the language calls it."""
    return facts.name_en or facts.name_zh if language == "en" else facts.name_zh


def phone_of(organisation: str) -> str:
    """The number under which the organisation, or the next one above with a number, is reached."""
    seen: set[str] = set()
    row = Organisation.objects.filter(pk=organisation).select_related("parent").first()
    while row is not None and row.pk not in seen:
        if row.phone:
            return str(row.phone)
        seen.add(row.pk)
        row = row.parent
    return ""
