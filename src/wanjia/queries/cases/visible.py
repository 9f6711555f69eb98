"""The permission table as row filters: which cases and tasks an actor may do something with."""

from collections.abc import Collection, Iterable

from django.db.models import Q

from wanjia.model.actors import CITIZEN, Actor, Seat
from wanjia.model.permissions import Scope, allowed
from wanjia.records.cases.models import Task
from wanjia.records.territory.models import Organisation

NOTHING = Q(pk__in=[])


def cases_for(actor: Actor, verb: str = "see", obj: str = "case") -> Q:
    """Filter of `Case` rows for which `may(actor, obj, verb, subject_of_case(...))` holds."""
    found = NOTHING
    for seat, scope in _scopes(actor, obj, verb):
        if scope == "all":
            return Q()
        found |= _case_scope(actor, seat, scope)
    return found


def cases_within(actor: Actor, obj: str, verb: str, roles: Collection[str] = ()) -> Q:
    """The same without what is only one's own; with `roles` only as far as posts of those roles reach."""
    found = NOTHING
    for seat, scope in _scopes(actor, obj, verb):
        if scope == "own" or (roles and seat.role not in roles):
            continue
        if scope == "all":
            return Q()
        found |= _case_scope(actor, seat, scope)
    return found


def tasks_for(actor: Actor, verb: str) -> Q:
    """Filter of `Task` rows for which `may(actor, "task", verb, subject_of_task(...))` holds; requesters' own apart."""
    found = NOTHING
    for seat, scope in _scopes(actor, "task", verb):
        if scope == "all":
            return Q()
        found |= Q(holder=actor.person_id) | Q(delegated_to=actor.person_id)
        if scope == "organisation":
            found |= Q(organisation__in=below([seat.organisation]))
        if scope in ("organisation", "cell") and seat.cell_code:
            found |= in_cell(seat.cell_code, "case__")
    return found & Q(for_requester=False)


def waiting_for(actor: Actor) -> Q:
    """Filter of `Task` rows that are the actor's to do: held, delegated, own requests, and an own organisation's pool.

    Narrower than the permission to complete: a dispatcher may step in for all below, but does not have it all to do.
    """
    found = Q(holder=actor.person_id) | Q(delegated_to=actor.person_id) if actor.person_id else NOTHING
    for seat, scope in _scopes(actor, "task", "complete"):
        if scope == "organisation":
            found |= Q(organisation=seat.organisation)
    asked = Q(for_requester=True, case__requester=actor.person_id) if actor.person_id else NOTHING
    return (found & Q(for_requester=False)) | asked


def in_cell(code: str, prefix: str = "") -> Q:
    """Filter of cases whose place lies in the cell, at whatever level the cell is."""
    key = f"{prefix}cell_path"
    return (
        Q(**{key: code})
        | Q(**{f"{key}__startswith": f"{code}/"})
        | Q(**{f"{key}__contains": f"/{code}/"})
        | Q(**{f"{key}__endswith": f"/{code}"})
    )


def below(codes: Iterable[str]) -> list[str]:
    """The organisations and all below them."""
    found = list(dict.fromkeys(codes))
    layer = found
    while layer:
        layer = list(
            Organisation.objects.filter(parent__in=layer).exclude(code__in=found).values_list("code", flat=True)
        )
        found += layer
    return found


def _scopes(actor: Actor, obj: str, verb: str) -> Iterable[tuple[Seat, Scope]]:
    for seat in (*actor.seats, Seat(0, CITIZEN, "")):
        scope = allowed((seat.role,), obj, verb)
        if scope is not None:
            yield seat, scope


def _case_scope(actor: Actor, seat: Seat, scope: Scope) -> Q:
    person = actor.person_id
    mine = Q(requester=person) if person else NOTHING
    if seat.role == CITIZEN:
        return mine
    held = Task.objects.filter(Q(holder=person) | Q(delegated_to=person)) if person else Task.objects.none()
    found = mine | Q(pk__in=held.values("case"))
    if scope == "organisation":
        involved = Task.objects.filter(organisation=seat.organisation)
        found |= Q(organisation__in=below([seat.organisation])) | Q(pk__in=involved.values("case"))
    if scope in ("organisation", "cell") and seat.cell_code:
        found |= in_cell(seat.cell_code)
    return found
