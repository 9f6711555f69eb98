"""What a practice is once it is read: frozen values for actions, queries and pages; the engine's is `definition`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from wanjia.engine.nouns import ClockRule, Definition
from wanjia.model.faults import Fault
from wanjia.model.jsonvalue import Facts, Json

Texts: TypeAlias = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Role:
    """Who does the tasks of a lane. `who` says where to look; the other fields are the parameter that it needs.

    requester: who asked. cell: holder of the cell's post at `level`. fact: person id in the fact `fact`. item: the
    multi-instance item's `field` (organisation code, `post:<id>` or `person:<id>`). post: post role `role` of the
    organisation that received the case. contact: nobody here, but somebody whose telephone is in the fact `fact` (of
    the case or of the item): is told things, and sent a link to their tasks, by short message.
    """

    id: str
    who: Literal["requester", "cell", "fact", "item", "post", "contact"]
    level: int | None = None
    fact: str | None = None
    field: str | None = None
    role: str | None = None


GROUPS = ("trouble", "supply", "help")
"""Under which heading the portal's first page offers a practice, in this order."""


@dataclass(frozen=True)
class Entry:
    """Where a case of this practice begins: surface, icon name, who may begin one, and its heading in the portal.

    `system`: only the product begins one.
    """

    surface: Literal["portal", "window", "desk", "card", "system"]
    icon: str
    open_to: str
    group: str


@dataclass(frozen=True)
class Merge:
    """Which open cases count as the same request: facts `same` equal, places within `radius_m`, not older than this."""

    within_days: int
    same: tuple[str, ...]
    radius_m: int


@dataclass(frozen=True)
class Reopen:
    """Until how many days after its end a case may start again, and at which step."""

    within_days: int
    to: str


@dataclass(frozen=True)
class Rating:
    """The step at which the requester rates, and the fact that holds the stars."""

    task: str
    fact: str


@dataclass(frozen=True)
class Setting:
    """A figure the installing company may set. `source` says where the default comes from."""

    id: str
    type: str
    default: Json
    source: str
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    enum: tuple[Json, ...] = ()


@dataclass(frozen=True)
class PaperRule:
    """Roles that see the papers of a fact, and for item roles the item values for which they do."""

    visible_to: tuple[str, ...]
    when_item: Mapping[str, tuple[Json, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Notice:
    """A message: audience (`requester`, `holder` or a role id) and channels; its words are the text `notices.<id>`.

    `urgent` ones leave the house in quiet hours too.
    """

    id: str
    to: str
    channels: tuple[str, ...]
    urgent: bool = False


@dataclass(frozen=True)
class Group:
    """Fields under one heading; `title` is a text key."""

    title: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Form:
    """One step's form. `schema` is a full JSON Schema (references resolved); `fields` in the order of the page.

    `shows` are facts that stand above the form to be read. `show_if`: field -> condition; a hidden field is not asked.
    """

    step: str
    schema: Facts
    fields: tuple[str, ...]
    required: tuple[str, ...]
    widgets: Mapping[str, str]
    groups: tuple[Group, ...]
    show_if: Mapping[str, str]
    shows: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """One block of a letter: a text key, or a list of facts, or a table of a list fact; `when` a condition."""

    text: str = ""
    facts: tuple[str, ...] = ()
    items: str = ""
    columns: tuple[str, ...] = ()
    when: str | None = None


@dataclass(frozen=True)
class Letter:
    """A document: its blocks in order, who gets it, which role signs. Its title is the text `letters.<id>.title`."""

    id: str
    audience: str
    blocks: tuple[Block, ...]
    signed_by: str | None


@dataclass(frozen=True)
class Indicator:
    """What is counted over cases or register rows: see `practice/indicators.py` for the measures."""

    id: str
    unit: str
    better: Literal["up", "down"]
    source: str
    measure: Literal["duration", "count", "share", "mean", "sum", "entries"]
    from_trigger: str | None
    to_trigger: str | None
    of: str | None
    where: str | None
    clock: str | None
    register: str | None = None


REQUESTER = "requester"
"""Stands in a register's `of` for whoever asked."""


@dataclass(frozen=True)
class Register:
    """A list kept over all cases (台账): rows of facts, each of a subject, written and struck by events of cases.

    `of` names the fact that says whose row it is, or is REQUESTER; None: the case's own. `totals` are columns that are
    summed; `until` the day (a fact) after which a row counts no more; without `seen_by` (roles) all see it who see the
    case. The engine's part, which events write and strike, is in `definition.registers`.
    """

    id: str
    of: str | None
    columns: tuple[str, ...]
    totals: tuple[str, ...]
    until: str | None
    seen_by: tuple[str, ...]
    keep_years: int | None


@dataclass(frozen=True)
class Scenario:
    """A told case: start instant, settings, what capabilities answer, the steps and what must come out.

    `walk` marks the one that is played through the users' own pages.
    """

    name: str
    titles: Mapping[str, str]
    starts_at: str
    settings: Facts
    world: Facts
    steps: tuple[Facts, ...]
    expect: Facts
    walk: bool = False


CHILD, PARENT = "child", "parent"
"""Senders of messages between a case and the cases that it opened."""

CHILD_ENDED, CHILD_TOLD, PARENT_TOLD = "child_ended", "child_told", "parent_told"
CASE_MESSAGES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    CHILD_ENDED: (CHILD, ("child_number", "child_end")),
    CHILD_TOLD: (CHILD, ("child_number", "child_said")),
    PARENT_TOLD: (PARENT, ("parent_number", "parent_said")),
}
"""By the message's name: who sends it, and what it can tell."""

MESSAGE_FORM = "message_"


def message_form(name: str) -> str:
    """Under which name the form of a message stands among the forms of the steps."""
    return MESSAGE_FORM + name


SAME_REQUESTER = "parent"
"""Who asked in the case that opens asks in the opened one too."""


PERIOD_FACTS = ("period", "period_starts_on", "period_ends_on")
"""Facts that such a case begins with, when the practice declares them."""


@dataclass(frozen=True)
class Recurring:
    """Cases that begin by themselves, one for each body and period: see `practice/recurring.py`.

    `day`: `first_working_day`, `last_working_day`, or the n-th day of the period, moved to the next working day.
    `role`: who asks for the case.
    """

    every: Literal["week", "month", "quarter", "year"]
    day: str | int
    for_each: Literal["company", "county", "station"]
    role: str | None = None


@dataclass(frozen=True)
class Opening:
    """A service task that opens a case of another practice; `requester` is SAME_REQUESTER or a role of the opener."""

    practice: str
    requester: str = SAME_REQUESTER


@dataclass(frozen=True)
class Practice:
    """One version of a practice, complete. `digest` names its content; `bpmn` is the diagram for the viewer.

    `rows` are the systems of the catalogue that it runs; `opens` the service tasks that open cases of others,
    `looks` those that look into a register, with its id.
    """

    name: str
    version: str
    digest: str
    platform: str
    prefix: str
    entry: Entry
    place: Literal["required", "optional", "none"]
    title: str
    merge: Merge | None
    reopen: Reopen | None
    withdraw_until: tuple[str, ...] | None
    rating: Rating | None
    roles: Mapping[str, Role]
    inputs: Mapping[str, Setting]
    facts: Mapping[str, Facts]
    papers: Mapping[str, PaperRule]
    messages: Mapping[str, Facts]
    notices: Mapping[str, Notice]
    forms: Mapping[str, Form]
    definition: Definition
    clocks: tuple[ClockRule, ...]
    letters: Mapping[str, Letter]
    indicators: tuple[Indicator, ...]
    scenarios: tuple[Scenario, ...]
    checklist: Mapping[str, Facts]
    upgrades: Mapping[str, Mapping[str, str]]
    texts: Texts
    bpmn: str
    parts: Mapping[str, Json]
    rows: tuple[str, ...] = ()
    registers: Mapping[str, Register] = field(default_factory=dict)
    looks: Mapping[str, str] = field(default_factory=dict)
    opens: Mapping[str, Opening] = field(default_factory=dict)
    recurring: Recurring | None = None

    def text(self, key: str, language: str) -> str:
        """A sentence of the practice; the other language, then the key itself, when it is missing."""
        for table in (self.texts.get(language, {}), *self.texts.values()):
            if key in table:
                return table[key]
        return key

    @property
    def defaults(self) -> Facts:
        """The settings as they are before a company changes any."""
        return {name: setting.default for name, setting in self.inputs.items()}


@dataclass(frozen=True)
class Reading:
    """What came of reading a folder: the practice when nothing was wrong, else every fault."""

    practice: Practice | None
    faults: tuple[Fault, ...]
