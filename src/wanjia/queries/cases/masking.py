"""How personal data is shown to somebody who has not asked to see it, with a reason."""

from wanjia.model.jsonvalue import Facts, Json
from wanjia.records.cases.models import Case

PHONE_SHOWN_FIRST, PHONE_SHOWN_LAST = 3, 4
"""Enough of a number to tell two callers apart, too little to dial."""

HIDDEN = "***"


def mask_name(name: str) -> str:
    """The family name and a star: `林*`; for other scripts the first letter: `J*`."""
    name = name.strip()
    return f"{name[0]}*" if name else ""


def mask_phone(phone: str) -> str:
    """`138****0012`; a number too short to be cut is hidden whole."""
    phone = phone.strip()
    if len(phone) <= PHONE_SHOWN_FIRST + PHONE_SHOWN_LAST:
        return HIDDEN if phone else ""
    return f"{phone[:PHONE_SHOWN_FIRST]}****{phone[-PHONE_SHOWN_LAST:]}"


def mask_fact(rule: Facts, shown: str) -> str:
    """A fact's text as its rule wants it. A place stays readable: without it nobody can go there."""
    if not shown or not rule.get("personal") or rule.get("format") == "place":
        return shown
    kind: Json = rule.get("format")
    if kind == "person_name":
        return mask_name(shown)
    return mask_phone(shown) if kind == "phone" else HIDDEN


def hidden_requester(case: Case) -> int | None:
    """Id of the person who is called `the requester` instead of by name; staff who began a case at the desk are not."""
    return None if case.surface == "desk" else case.requester_id
