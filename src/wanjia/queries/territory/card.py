"""A service contact card as whoever scans it sees it."""

from dataclasses import dataclass
from datetime import date

from wanjia.queries.territory.who_answers import Answering, who_answers
from wanjia.records.territory.models import ContactCard


@dataclass(frozen=True)
class Card:
    """The village, where it lies, and who answers there today (the nearest first)."""

    code: str
    village_zh: str
    village_en: str
    longitude: float
    latitude: float
    answering: tuple[Answering, ...]

    def village(self, language: str) -> str:
        """The village's name."""
        return self.village_en if language == "en" and self.village_en else self.village_zh

    @property
    def manager(self) -> Answering | None:
        """Who is named on the card: the finest level that somebody holds."""
        return next((row for row in self.answering if row.person), None)


def contact_card(code: str, on: date) -> Card | None:
    """The card with this code, unless it was revoked."""
    row = ContactCard.objects.filter(code=code, revoked_on=None).first()
    if row is None:
        return None
    answering = tuple(reversed(who_answers(row.longitude, row.latitude, on)))
    return Card(row.code, row.village_zh, row.village_en, row.longitude, row.latitude, answering)
