"""Puts the small world's own people, places, customers and days where a scenario names invented ones."""

import re
from datetime import date, timedelta

from tests.support.world import HOME
from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.nouns import Practice, Scenario
from wanjia.records.network.models import Customer
from wanjia.records.territory.models import Account, Tenure

STAND_INS = (
    "senior", "manager", "chief", "manager2", "senior2", "manager3", "county", "manager4", "company", "senior3",
    "manager5", "chief2", "manager6", "senior4", "manager7", "manager8", "dispatch",
)  # fmt: skip
"""Who takes the part of a person or post that a scenario names by number, in the order of naming."""
REFERENCE = re.compile(r"^(person|post):\d+$")
NUMBER = re.compile(r"^\d{10}$")
DAY = re.compile(r"^\d{4}-\d{2}-\d{2}(?=$|T)")


class Cast:
    """Who and what stands in; the same name in a scenario is always the same one here."""

    def __init__(self, practice: Practice, scenario: Scenario, later_by: timedelta) -> None:
        self.practice, self.later_by = practice, later_by
        self._logins = iter(STAND_INS)
        self._parts: dict[str, str] = {}
        self._numbers = self._customers(scenario)

    def put(self, value: Json) -> Json:
        """The value with everything that is invented replaced."""
        if isinstance(value, list):
            return [self.put(each) for each in value]
        if isinstance(value, dict):
            point = {"longitude", "latitude"} <= set(value)
            return {**value, **HOME} if point else {key: self.put(each) for key, each in value.items()}
        if isinstance(value, str):
            return self._text(value)
        return value

    def facts(self, row: Facts) -> Facts:
        """The same for an object."""
        found = self.put(row)
        assert isinstance(found, dict)
        return found

    def _text(self, text: str) -> str:
        if REFERENCE.match(text):
            return self._parts.get(text) or self._parts.setdefault(text, self._stand_in(text.partition(":")[0]))
        if text in self._numbers:
            return self._numbers[text]
        if self.later_by and (day := DAY.match(text)):
            return (date.fromisoformat(day[0]) + self.later_by).isoformat() + text[day.end() :]
        return text

    def _stand_in(self, kind: str) -> str:
        person = Account.objects.get(username=next(self._logins)).person
        if kind == "person":
            return f"person:{person.pk}"
        return f"post:{Tenure.objects.get(person=person, ends_on=None).post_id}"

    def _customers(self, scenario: Scenario) -> dict[str, str]:
        """Customer numbers of the story, each with a meter of the small world; HOME's cell comes first."""
        told: dict[str, None] = {}
        for row in scenario.steps:
            answers = row.get("with")
            for name, value in (answers if isinstance(answers, dict) else {}).items():
                if self._is_number(name) and isinstance(value, str) and NUMBER.match(value):
                    told[value] = None
        here = Customer.objects.order_by("district__cell_code").values_list("number", flat=True)
        return dict(zip(told, here, strict=False))

    def _is_number(self, name: str) -> bool:
        return self.practice.facts.get(name, {}).get("format") == "customer_number"
