"""The one table of who may do what: role x object x verb, and how far it reaches. Every surface asks here.

Scopes, from narrow to wide: `own` (my request, my task, what concerns me), `cell` (the place lies in a cell I hold or
below it), `organisation` (it belongs to my organisation or one below), `all`. What has no row is forbidden.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

Scope: TypeAlias = Literal["own", "cell", "organisation", "all"]

SCOPES: tuple[Scope, ...] = ("own", "cell", "organisation", "all")
ROLES = (
    "citizen", "village_electrician", "district_manager", "senior_manager", "station_chief", "county_manager",
    "dispatcher", "window_clerk", "window_chief", "reviewer", "company_manager", "administrator", "practice_editor",
    "cell_helper",
)  # fmt: skip
PARTNER_ROLES = frozenset({"window_clerk", "window_chief", "reviewer"})
"""Roles of other bodies than the supply company: they work at the window, not at the desk."""
OBJECTS = (
    "case", "task", "paper", "message", "history", "territory", "post", "organisation", "person", "calendar",
    "practice", "account", "personal_data", "outage", "contact_card", "report", "letter", "network",
    "delivery", "register", "measurement", "work",
)  # fmt: skip
VERBS = (
    "see", "open", "complete", "return", "ask_opinion", "give_opinion", "pass_on", "delegate", "withdraw", "urge",
    "reopen", "merge", "hold", "add_paper", "say", "rate", "reveal", "appoint", "hand_over", "import", "install",
    "edit", "export", "enter", "estimate", "explain", "record", "plan", "adopt",
)  # fmt: skip


@dataclass(frozen=True)
class Permission:
    """One row: a role may do a verb to an object, as far as the scope reaches."""

    role: str
    object: str
    verb: str
    scope: Scope


_Block: TypeAlias = tuple[tuple[str, str, Scope], ...]

# What everybody who does work can do with the work that is theirs, whatever the role. Completing is always for the one
# who holds the task: a superior who wants to do it passes it on first, so that the history says who answered.
_WORK: _Block = (
    ("task", "see complete return ask_opinion give_opinion pass_on delegate", "own"),
    ("case", "see complete", "own"),
    ("paper", "see add_paper", "own"),
    ("message", "see say", "own"),
    ("letter", "see", "own"),
)

_BLOCKS: Mapping[str, tuple[_Block, ...]] = {
    # Everybody is a citizen: asks, follows, presses and rates what is theirs, and may know who answers for any place;
    # of registers, sees the rows that are about oneself.
    # `case complete` gives a waiting case of one's own the message it waits for. Reads one's own data unmasked.
    "citizen": ((
        ("case", "see complete withdraw urge reopen rate", "own"),
        ("case", "open", "all"),
        ("task", "see complete", "own"),
        ("paper", "see add_paper", "own"),
        ("message", "see say", "own"),
        ("letter register", "see", "own"),
        ("account", "see edit", "own"),
        ("personal_data", "see reveal export", "own"),
        ("territory contact_card outage", "see", "all"),
    ),),
    # Works at the customer's home: needs name, phone and address of the own orders, and nothing of anybody else's.
    "village_electrician": (_WORK, (
        ("personal_data", "see reveal", "own"),
        ("person", "see", "own"),
    )),
    # Answers for a cell: sees all that happens there, opens requests for people without a phone, but does not decide
    # what others hold.
    "district_manager": (_WORK, (
        ("case task paper message letter history outage register measurement", "see", "cell"),
        ("case", "open urge merge", "cell"),
        ("paper", "add_paper", "cell"),
        ("message", "say", "cell"),
        ("personal_data", "see reveal", "cell"),
        ("territory post organisation person practice calendar", "see", "all"),
        ("contact_card", "install", "cell"),
        ("outage", "estimate explain record", "cell"),
        ("work", "enter withdraw", "cell"),
        ("network work", "see", "all"),
        ("report", "see", "cell"),
    )),
    # Leads the district managers below: also moves their work between them and stops a clock for a stated reason.
    "senior_manager": (_WORK, (
        ("case task paper message letter history outage report register measurement", "see", "cell"),
        ("case", "open urge merge reopen hold", "cell"),
        ("task", "urge pass_on hand_over", "cell"),
        ("paper", "add_paper", "cell"),
        ("message", "say", "cell"),
        ("personal_data", "see reveal", "cell"),
        ("territory post organisation person practice calendar", "see", "all"),
        ("contact_card", "install", "cell"),
        ("outage", "estimate explain record", "cell"),
        ("work", "enter withdraw", "cell"),
        ("network work", "see", "all"),
        ("network", "edit", "cell"),
        ("report register measurement", "export", "cell"),
    )),
    # Answers for a station: all of its work and its people's posts, exports without personal data.
    "station_chief": (_WORK, (
        ("case task paper message letter history outage report register measurement", "see", "organisation"),
        ("case", "open urge merge reopen hold export", "organisation"),
        ("task", "return urge pass_on hand_over", "organisation"),
        ("paper", "add_paper", "organisation"),
        ("message", "say", "organisation"),
        ("personal_data", "see reveal", "organisation"),
        ("post", "appoint hand_over", "organisation"),
        ("contact_card", "install", "organisation"),
        ("outage", "estimate explain record", "organisation"),
        ("work", "enter withdraw export", "organisation"),
        ("network work", "see", "all"),
        ("network", "edit", "organisation"),
        ("report register measurement", "export", "organisation"),
        ("territory post organisation person practice calendar", "see", "all"),
    )),
    # The same over all stations of a county; keeps its partner bodies and people up to date.
    "county_manager": (_WORK, (
        ("case task paper message letter history outage report register measurement", "see", "organisation"),
        ("case", "open urge merge reopen hold export", "organisation"),
        ("task", "return urge pass_on hand_over", "organisation"),
        ("paper", "add_paper", "organisation"),
        ("message", "say", "organisation"),
        ("personal_data", "see reveal", "organisation"),
        ("post", "appoint hand_over", "organisation"),
        ("organisation person", "edit", "organisation"),
        ("contact_card", "install", "organisation"),
        ("outage", "estimate explain record", "organisation"),
        ("work", "enter withdraw plan edit export", "organisation"),
        ("network work", "see", "all"),
        ("network", "edit", "organisation"),
        ("report register history measurement", "export", "organisation"),
        ("territory post organisation person practice calendar", "see", "all"),
    )),
    # Sends crews around the clock: any dispatcher of the centre takes over from the last shift, so all its tasks. Only
    # dispatch opens the network on purpose, so only dispatch puts a plan of works in force.
    "dispatcher": (_WORK, (
        ("case task paper message letter history outage measurement", "see", "organisation"),
        ("case", "open urge merge hold", "organisation"),
        ("task", "complete return pass_on", "organisation"),
        ("paper", "add_paper", "organisation"),
        ("message", "say", "organisation"),
        ("outage", "estimate explain record plan", "organisation"),
        ("work", "enter withdraw plan adopt edit export", "organisation"),
        ("network work", "see", "all"),
        ("personal_data", "see reveal", "organisation"),
        ("territory post organisation person practice calendar", "see", "all"),
        ("report", "see", "organisation"),
    )),
    # The one window: whoever sits at the counter serves whoever stands there, and collects the others' opinions.
    "window_clerk": (_WORK, (
        ("case task paper message letter history", "see", "organisation"),
        ("case", "open urge merge withdraw reopen", "organisation"),
        ("task", "complete return ask_opinion", "organisation"),
        ("paper", "add_paper", "organisation"),
        ("message", "say", "organisation"),
        ("personal_data", "see reveal", "organisation"),
        ("territory post organisation practice calendar outage", "see", "all"),
        ("report", "see", "organisation"),
    )),
    # Leads the window: signs what the clerks prepared, and moves work between them.
    "window_chief": (_WORK, (
        ("case task paper message letter history", "see", "organisation"),
        ("case", "urge merge reopen", "organisation"),
        ("task", "complete return ask_opinion pass_on hand_over urge", "organisation"),
        ("paper", "add_paper", "organisation"),
        ("message", "say", "organisation"),
        ("personal_data", "see reveal", "organisation"),
        ("territory post organisation practice calendar outage", "see", "all"),
        ("report", "see export", "organisation"),
    )),
    # A partner body's desk: its own tasks and, of the papers, only those shown to it; nobody's personal data unmasked.
    "reviewer": (_WORK, (
        ("task", "see", "organisation"),
        ("calendar practice", "see", "all"),
    )),
    # Answers for the company: sees and steers everything and decides which practices run; data of people stays masked.
    "company_manager": (_WORK, (
        ("case task paper message letter history outage report register measurement", "see", "all"),
        ("measurement", "import edit export", "all"),
        ("network", "edit", "all"),
        ("work", "plan edit export", "all"),
        ("case", "open urge reopen hold export", "all"),
        ("task", "return urge pass_on hand_over", "all"),
        ("message", "say", "all"),
        ("personal_data", "see", "all"),
        ("post", "appoint hand_over", "all"),
        ("organisation", "edit", "all"),
        ("practice", "install", "all"),
        ("delivery", "see edit export", "all"),
        ("report register history", "export", "all"),
        ("territory post organisation person practice calendar account network work", "see", "all"),
    )),
    # Keeps the product: organisations, people, territory, calendars, accounts. Does not work on cases and cannot
    # unmask anybody; who reads whose data is itself to be seen here.
    "administrator": ((
        ("territory post organisation person calendar practice account history report", "see", "all"),
        ("territory", "import export edit", "all"),
        ("post", "appoint hand_over edit import export", "all"),
        ("organisation person", "edit import export", "all"),
        ("task", "hand_over", "all"),
        ("calendar", "enter edit", "all"),
        ("practice", "install export", "all"),
        ("account", "open edit", "all"),
        ("history", "export", "all"),
        ("contact_card", "see install", "all"),
        ("network", "see install edit", "all"),
        ("measurement", "see import edit", "all"),
        ("delivery", "see edit export", "all"),
    ),),
    # Writes practices; tries them on a virtual clock with invented people, so sees no case. Installing is somebody
    # else's decision.
    "practice_editor": ((
        ("practice", "see edit export", "all"),
        ("calendar organisation report", "see", "all"),
    ),),
    # Appointed by agreement for a term into the other body (网格长与村小组长互聘): sees what happens in the cell,
    # without names, and opens requests for people there; decides nothing.
    "cell_helper": (_WORK, (
        ("case outage", "see", "cell"),
        ("case", "open", "cell"),
        ("territory organisation practice calendar", "see", "all"),
    )),
}  # fmt: skip


def _rows() -> Iterator[Permission]:
    for role, blocks in _BLOCKS.items():
        # A role's own block may widen the common rows of work; within a block nothing may stand twice.
        merged: dict[tuple[str, str], Scope] = {}
        for block in blocks:
            for row, scope in _block_rows(role, block).items():
                if SCOPES.index(merged.get(row, "own")) > SCOPES.index(scope):
                    raise ValueError(f"permission table: {role} {row} is narrowed to {scope}")
                merged[row] = scope
        for (noun, verb), scope in merged.items():
            yield Permission(role, noun, verb, scope)


def _block_rows(role: str, block: _Block) -> dict[tuple[str, str], Scope]:
    rows: dict[tuple[str, str], Scope] = {}
    for nouns, verbs, scope in block:
        for noun in nouns.split():
            for verb in verbs.split():
                if (noun, verb) in rows:
                    raise ValueError(f"permission table: {role} {noun} {verb} stands twice")
                rows[noun, verb] = scope
    return rows


def _looked_up(rows: Iterable[Permission]) -> Mapping[tuple[str, str, str], Scope]:
    """Rows by (role, object, verb). Raises ValueError for an unknown word or a row that stands twice."""
    table: dict[tuple[str, str, str], Scope] = {}
    for row in rows:
        for word, words in ((row.role, ROLES), (row.object, OBJECTS), (row.verb, VERBS), (row.scope, SCOPES)):
            if word not in words:
                raise ValueError(f"permission table: {word!r} in {row} is not known")
        if (row.role, row.object, row.verb) in table:
            raise ValueError(f"permission table: {row} stands twice")
        table[row.role, row.object, row.verb] = row.scope
    return MappingProxyType(table)


PERMISSIONS: tuple[Permission, ...] = tuple(_rows())
_TABLE = _looked_up(PERMISSIONS)


def allowed(roles: Iterable[str], object: str, verb: str) -> Scope | None:
    """The widest scope that any of the roles has, or None. A role that is not in the table may do nothing.

    Raises ValueError for an object or verb that does not exist, since that is a slip in the program.
    """
    if object not in OBJECTS or verb not in VERBS:
        raise ValueError(f"permissions know no {object!r} {verb!r}")
    scopes = [scope for role in roles if (scope := _TABLE.get((role, object, verb))) is not None]
    return max(scopes, key=SCOPES.index, default=None)
