"""The world of a walk: the product's own look-ups answer, and only where they lead another way than the story, it does.

Registered in place of the product's capabilities for as long as a walk lasts; nothing of it is in the product.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from tests.support.practice_walks.cast import REFERENCE, Cast
from wanjia.actions.cases.capabilities import ACTING, REGISTRY
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts, Json
from wanjia.records.cases.models import Case

INSTANT = re.compile(r"^\d{4}-\d{2}-\d{2}T")


class OtherWay(Exception):
    """The product's own answer leads elsewhere: what it changed is taken back."""


class ToldWorld:
    """Answers of a scenario's `world`; `told` collects the names of those that had to be put in."""

    def __init__(self, world: Facts, cast: Cast) -> None:
        self.world, self.cast = world, cast
        self.used: dict[str, int] = {}
        self.told: list[str] = []

    @contextmanager
    def answering(self) -> Iterator[None]:
        """For as long as this lasts, the capabilities that the story tells of lead where it says."""
        kept = {name: dict(table) for name, table in (("registry", REGISTRY), ("acting", ACTING))}
        for name in self.world:
            if name in ACTING:
                ACTING[name] = self._acting(name, ACTING[name])
            elif name in REGISTRY:
                REGISTRY[name] = self._looking(name, REGISTRY[name])
        try:
            yield
        finally:
            REGISTRY.update(kept["registry"])
            ACTING.update(kept["acting"])

    def _looking(self, name: str, real: Callable[[Facts, Case, datetime], Facts]):  # type: ignore[no-untyped-def]
        def capability(inputs: Facts, case: Case, now: datetime) -> Facts:
            return self._led(name, lambda: real(inputs, case, now))

        return capability

    def _acting(self, name: str, real: Callable[[Facts, Case, datetime, Actor], Facts]):  # type: ignore[no-untyped-def]
        def capability(inputs: Facts, case: Case, now: datetime, actor: Actor) -> Facts:
            return self._led(name, lambda: real(inputs, case, now, actor))

        return capability

    def _led(self, name: str, ask: Callable[[], Facts]) -> Facts:
        told = self._next(name)
        try:
            with transaction.atomic():
                found = ask()
                if "error" in told or not same_way(found, told):
                    raise OtherWay
                return found
        except (OtherWay, Refused):
            self.told.append(name)
        if "error" in told:
            raise Refused([Fault(str(told["error"]), Where())])
        return told

    def _next(self, name: str) -> Facts:
        """The story's answer to this call: one for every call, or a list used up in order."""
        answers = self.world[name]
        listed = answers if isinstance(answers, list) else [answers]
        at = min(self.used.get(name, 0), len(listed) - 1)
        self.used[name] = at + 1
        answer = listed[at]
        return self.cast.facts(answer if isinstance(answer, dict) else {})


def same_way(found: Json, told: Json) -> bool:
    """Whether a real answer leads where the story's does: equal, but for who, when, and how many are listed."""
    if isinstance(told, dict):
        return isinstance(found, dict) and all(same_way(found.get(key), value) for key, value in told.items())
    if isinstance(told, list):
        return isinstance(found, list) and bool(found) == bool(told)
    if isinstance(told, str) and isinstance(found, str):
        return any(kind.match(told) and kind.match(found) for kind in (REFERENCE, INSTANT)) or found == told
    return (type(found) is type(told) and found == told) or _equal_numbers(found, told)


def _equal_numbers(found: Json, told: Json) -> bool:
    numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in (found, told))
    return numbers and found == told
