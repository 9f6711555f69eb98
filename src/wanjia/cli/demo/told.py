"""Look-ups that the demo's store cannot be made to answer as a scenario tells: while it is played, they are told."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from wanjia.actions.cases.capabilities import REGISTRY, Capability
from wanjia.model.jsonvalue import Facts, Json
from wanjia.records.cases.models import Case

ALWAYS_TOLD = ("drawn_for_check", "earlier_endings")
"""A lot, and what came before the demo began. Any other look-up is told only when it answers differently each time."""


@dataclass
class Told:
    """What a scenario's look-ups answer, and how many of a list of answers are used up."""

    world: Facts
    used: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """For as long as this lasts the look-ups of the story answer as told; what acts on rows stays as it is."""
        names = [name for name, answer in self.world.items() if name in REGISTRY and self._is_told(name, answer)]
        before = {name: REGISTRY[name] for name in names}
        REGISTRY.update({name: self._answer(name) for name in names})
        try:
            yield
        finally:
            REGISTRY.update(before)

    def _is_told(self, name: str, answer: Json) -> bool:
        return name in ALWAYS_TOLD or (isinstance(answer, list) and len(answer) > 1)

    def _answer(self, name: str) -> Capability:
        def capability(inputs: Facts, case: Case, now: datetime) -> Facts:
            answers = self.world[name]
            listed = answers if isinstance(answers, list) else [answers]
            at = min(self.used.get(name, 0), len(listed) - 1)
            self.used[name] = at + 1
            answer = listed[at]
            return answer if isinstance(answer, dict) else {}

        return capability
