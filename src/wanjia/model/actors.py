"""Who acts: a person with the posts held today, or a requester who showed a case's number and code."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from wanjia.model.permissions import Scope, allowed

CITIZEN = "citizen"
"""The role that everybody has."""


@dataclass(frozen=True)
class Seat:
    """A post that the person holds today."""

    post_id: int
    role: str
    organisation: str
    cell_code: str = ""


@dataclass(frozen=True)
class Subject:
    """What is acted upon, as far as permission cares: whose it is, where it lies, which organisations it belongs to.

    `asked_by` narrows what is a citizen's own: whoever works on a request does not become the one who asked. `desk`
    narrows `organisations` for `DESK_VERBS` to the organisation whose task it is. `outsiders` are people without an
    account whose own it is: reached by a telephone that the case names.
    """

    people: frozenset[int] = frozenset()
    case_id: int | None = None
    cells: frozenset[str] = frozenset()
    organisations: frozenset[str] = frozenset()
    asked_by: frozenset[int] | None = None
    desk: frozenset[str] | None = None
    outsiders: frozenset[int] = frozenset()


DESK_VERBS = frozenset({"complete"})
"""What an organisation may do for its own desk only: whoever stands above passes the task on first."""


@dataclass(frozen=True)
class Actor:
    """Somebody at a surface. `reference` goes into the history; `grants` are cases opened by number and code.

    `outsiders` are those (by id) whose link this browser opened with the code that was sent to their telephone.
    """

    reference: str
    name: str
    person_id: int | None = None
    seats: tuple[Seat, ...] = ()
    grants: frozenset[int] = field(default_factory=frozenset)
    system: bool = False
    outsiders: frozenset[int] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        """Roles of all seats; everybody is a citizen too."""
        return (*dict.fromkeys(seat.role for seat in self.seats), CITIZEN)

    @property
    def organisations(self) -> frozenset[str]:
        """Codes of the organisations in which the person holds a post."""
        return frozenset(seat.organisation for seat in self.seats)

    @property
    def cells(self) -> frozenset[str]:
        """Codes of the cells for which the person holds a post."""
        return frozenset(seat.cell_code for seat in self.seats if seat.cell_code)


SYSTEM = Actor(reference="system", name="", system=True)
"""The product itself: clocks, imports at set-up, capability results."""

CLOCK = Actor(reference="clock", name="", system=True)
"""A deadline that acted."""


def may(actor: Actor, obj: str, verb: str, subject: Subject | None = None) -> bool:
    """True when one of the actor's roles has the verb on the object at a scope that covers the subject.

    Without a subject the question is whether the actor may do it anywhere at all (to show a button or a page).
    """
    if actor.system:
        return True
    seats: Iterable[Seat] = (*actor.seats, Seat(post_id=0, role=CITIZEN, organisation=""))
    if subject is not None and subject.desk is not None and verb in DESK_VERBS:
        subject = replace(subject, organisations=subject.desk)
    return any(_covers(actor, seat, allowed((seat.role,), obj, verb), subject) for seat in seats)


def _covers(actor: Actor, seat: Seat, scope: Scope | None, subject: Subject | None) -> bool:
    if scope is None:
        return False
    if subject is None or scope == "all":
        return True
    if scope == "organisation" and seat.organisation in subject.organisations:
        return True
    if scope in ("organisation", "cell") and seat.cell_code and seat.cell_code in subject.cells:
        return True
    mine = subject.people if subject.asked_by is None or seat.role != CITIZEN else subject.asked_by
    granted = subject.case_id is not None and subject.case_id in actor.grants
    return actor.person_id in mine or granted or not actor.outsiders.isdisjoint(subject.outsiders)
