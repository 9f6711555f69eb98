"""A practice as read: frozen values that actions, queries and pages work with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from wanjia.engine.nouns import Definition
from wanjia.model.jsonvalue import Facts, Json


@dataclass(frozen=True)
class RoleRule:
    """Who performs a lane's tasks; see `roles` in the practice reference."""

    id: str
    who: Literal["requester", "cell", "post", "fact", "item"]
    level: int | None = None
    role: str | None = None
    fact: str | None = None
    field: str | None = None


@dataclass(frozen=True)
class Form:
    """A task's form: its JSON Schema with facts resolved, and how it is shown."""

    task: str
    schema: Facts
    order: tuple[str, ...]
    widgets: Mapping[str, str]
    groups: tuple[Facts, ...]
    show_if: Mapping[str, Json]


@dataclass(frozen=True)
class Practice:
    """One version of a practice. `texts` by language, then key; `files` are the normalised contents by path."""

    name: str
    version: str
    digest: str
    prefix: str
    platform: str
    entry: Facts
    place: Literal["required", "optional", "none"]
    title: str
    merge: Facts | None
    rating: Facts | None
    definition: Definition
    roles: Mapping[str, RoleRule]
    inputs: Mapping[str, Facts]
    facts: Mapping[str, Facts]
    forms: Mapping[str, Form]
    notices: Mapping[str, Facts]
    letters: Mapping[str, Facts]
    papers: Mapping[str, Facts]
    indicators: tuple[Facts, ...]
    scenarios: Mapping[str, Facts]
    checklist: Mapping[str, Facts]
    upgrades: tuple[Facts, ...]
    texts: Mapping[str, Mapping[str, str]]
    bpmn: str

    def say(self, key: str, language: str) -> str:
        """The practice's own text; a missing key is shown as the key."""
        return self.texts.get(language, {}).get(key, key)
