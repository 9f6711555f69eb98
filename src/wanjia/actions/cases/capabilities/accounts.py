"""Which account belongs to a property that was sold, and handing it over, or back, between two owners."""

import unicodedata
from datetime import datetime

import numpy as np
from pyproj import Geod

from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts, Json
from wanjia.records.cases.history import write_histories
from wanjia.records.cases.models import Case
from wanjia.records.network.models import Customer

NEAR_METRES = 300.0
"""How far from the property a meter may hang and still be asked about: a large courtyard."""
CANDIDATES_MAX = 8
"""Accounts offered to whoever clears up a mismatch: as many as fit a screen."""
WINDOW_DEGREES = 0.006
"""Half the side of the square that is searched; wider than NEAR_METRES down to 60 degrees of latitude."""

_EARTH = Geod(ellps="WGS84")


def match_account(inputs: Facts, case: Case, now: datetime) -> Facts:
    """`match` with the account found and its name and telephone, or the `candidates` near the property.

    exact: the number given is an account in the previous owner's name. name_differs: it is in another name.
    found_by_name: no number that exists, but just one account near the property in that name. ambiguous: several.
    none: nothing near in that name. Only `exact` may go on without a person's look.
    """
    name = _plain(inputs.get("previous_name"))
    given = Customer.objects.filter(number=str(inputs.get("customer_number") or "")).first()
    if given is not None:
        return _found("exact" if name and _plain(given.name) == name else "name_differs", given, [])
    near = _near(inputs.get("place"))
    named = [row for _, row in near if name and _plain(row.name) == name]
    candidates: list[Json] = [_candidate(row, metres, name) for metres, row in near[:CANDIDATES_MAX]]
    if len(named) == 1:
        return _found("found_by_name", named[0], candidates)
    return _found("ambiguous" if named else "none", None, candidates)


def account_of_number(inputs: Facts, case: Case, now: datetime) -> Facts:
    """The account that somebody chose by its number: `account_number`, `account_name`, `account_phone`."""
    row = Customer.objects.filter(number=str(inputs["account_number"])).first()
    if row is None:
        raise Refused([Fault("unavailable", Where())])
    return {"account_number": row.number, "account_name": row.name, "account_phone": row.phone}


def transfer_account(inputs: Facts, case: Case, now: datetime, actor: Actor) -> Facts:
    """The account is the new owner's from now on; `account_changed` if it is no longer in the name expected."""
    return _hand_over(inputs, case, now, actor, "account_transferred")


def give_back_account(inputs: Facts, case: Case, now: datetime, actor: Actor) -> Facts:
    """The account is the previous owner's again, as if it had never been handed over."""
    return _hand_over(inputs, case, now, actor, "account_given_back")


def _hand_over(inputs: Facts, case: Case, now: datetime, actor: Actor, verb: str) -> Facts:
    row = Customer.objects.select_for_update().filter(number=str(inputs["account_number"])).first()
    if row is None or _plain(row.name) != _plain(inputs["from_name"]):
        raise Refused([Fault("account_changed", Where())])
    row.name, row.phone = str(inputs["to_name"])[:60], str(inputs.get("to_phone") or "")[:24]
    row.save(update_fields=["name", "phone"])
    # Names are not written down here: the case holds them, and only as long as it may.
    write_histories([(f"customer:{row.number}", actor, now, [(verb, {"case": case.number})])])
    return {"handed_over_at": now.isoformat()}


def _found(match: str, row: Customer | None, candidates: list[Json]) -> Facts:
    return {
        "match": match,
        "account_number": row.number if row else None,
        "account_name": row.name if row else None,
        "account_phone": row.phone if row else None,
        "candidates": candidates,
    }


def _near(place: Json) -> list[tuple[float, Customer]]:
    """Accounts around a place, nearest first, with metres."""
    if not isinstance(place, dict):
        return []
    longitude, latitude = place.get("longitude"), place.get("latitude")
    if not isinstance(longitude, int | float) or not isinstance(latitude, int | float):
        return []
    across, along = _around(longitude), _around(latitude)
    rows = list(Customer.objects.filter(longitude__range=across, latitude__range=along).order_by("number"))
    here = np.full(len(rows), longitude), np.full(len(rows), latitude)
    _, _, metres = _EARTH.inv(*here, [row.longitude for row in rows], [row.latitude for row in rows])
    near = [(float(each), row) for each, row in zip(metres, rows, strict=True) if each <= NEAR_METRES]
    return sorted(near, key=lambda pair: (pair[0], pair[1].number))


def _around(degrees: float) -> tuple[float, float]:
    return degrees - WINDOW_DEGREES, degrees + WINDOW_DEGREES


def _candidate(row: Customer, metres: float, name: str) -> Facts:
    """What the desk needs to tell accounts apart: the address, not the holder's name."""
    return {
        "id": row.number, "name": row.address, "same_name": bool(name) and _plain(row.name) == name,
        "distance_m": round(metres),
    }  # fmt: skip


def _plain(name: Json) -> str:
    """A name without spaces and full-width letters, for comparison."""
    return "".join(unicodedata.normalize("NFKC", str(name or "")).split()).casefold()
