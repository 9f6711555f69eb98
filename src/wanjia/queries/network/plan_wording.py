"""What reasons and faults of planning name by code, as their reader knows it: kinds, bases, customers, districts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from wanjia.model.faults import Fault
from wanjia.queries.network.plan_items import Place, means_names, places_of
from wanjia.queries.network.plan_shapes import Reason
from wanjia.records.network.models import Feeder
from wanjia.records.network.planning import DoubleSource
from wanjia.texts import say

CREW = "crew:"
"""Before a kind of crew where crews and other means stand in one list."""
KINDS = ("means_kind", "work_kind", "window", "mode")
LISTS = ("kinds", "crew_kinds", "modes", "known")


class Wording:
    """Values in words of one language; names are looked up once, and only when something speaks of them."""

    def __init__(self, language: str, spoken_of: Iterable[Mapping[str, object]] = ()) -> None:
        self._language = language
        self._districts = {str(values["district"]) for values in spoken_of if "district" in values}
        self._words: Mapping[str, Callable[[str], str]] = {
            "kind": self._kind, "mode": self._kind, "crew_kind": self._kind, "reason": self._kind,
            "state": lambda text: self._said("state", text), "base": self._base, "name": self._name,
            "district": self._district, **dict.fromkeys(LISTS, self._list),
        }  # fmt: skip

    def reason(self, one: Reason) -> Reason:
        """The reason with its values in words."""
        return Reason(one.code, self._values(one.values))

    def fault(self, one: Fault) -> Fault:
        """The fault with its values in words."""
        return replace(one, values=self._values(one.values))

    def _values(self, values: Mapping[str, object]) -> dict[str, object]:
        known = self._words
        return {
            name: known[name](value) if name in known and isinstance(value, str) else value
            for name, value in values.items()
        }  # fmt: skip

    def _kind(self, text: str) -> str:
        return next((word for about in KINDS if (word := self._said(about, text)) != text), text)

    def _said(self, about: str, code: str) -> str:
        key = f"plans.{about}.{code}"
        word = say(key, self._language)
        return code if word == key else word

    def _list(self, text: str) -> str:
        return say("plans.and", self._language).join(self._kind(one) for one in text.split(", "))

    def _base(self, code: str) -> str:
        return self._means.get(code, code)

    def _name(self, text: str) -> str:
        """A pool (`crew:line base`), a double-source customer, feeders that back each other up; else as it is."""
        kind, found, base = text.partition(" ")
        if found and base in self._means:
            kind = self._kind(kind.removeprefix(CREW))
            return say("plans.pool", self._language, kind=kind, base=self._base(base))
        if text in self._doubles:
            return self._doubles[text]
        codes = text.split(" ")
        if len(codes) > 1 and all(code in self._feeders for code in codes):
            return say("plans.and", self._language).join(self._feeders[code] for code in codes)
        return text

    def _district(self, code: str) -> str:
        place = self._places.get(code)
        return say("plans.named", self._language, name=place.name, code=code) if place and place.name else code

    @cached_property
    def _means(self) -> dict[str, str]:
        return means_names(self._language)

    @cached_property
    def _doubles(self) -> dict[str, str]:
        return dict(DoubleSource.objects.values_list("code", "name"))

    @cached_property
    def _feeders(self) -> dict[str, str]:
        rows = Feeder.objects.values_list("code", "name_zh", "name_en")
        return {code: (en if self._language == "en" else "") or zh for code, zh, en in rows}

    @cached_property
    def _places(self) -> Mapping[str, Place]:
        return places_of(self._districts, self._language)


def worded_faults(faults: Sequence[Fault], language: str) -> list[Fault]:
    """Faults with everything in them that is stored as a code in words."""
    wording = Wording(language, [one.values for one in faults])
    return [wording.fault(one) for one in faults]
