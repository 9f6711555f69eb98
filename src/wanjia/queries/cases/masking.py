"""How personal data is shown to somebody who has not asked to see it, with a reason."""

from wanjia.model.jsonvalue import Facts, Json
from wanjia.model.masking import HIDDEN, mask_name, mask_phone
from wanjia.records.cases.models import Case

__all__ = ["HIDDEN", "hidden_requester", "mask_fact", "mask_name", "mask_phone"]


def mask_fact(rule: Facts, shown: str) -> str:
    """A fact's text as its rule wants it. A place stays readable: without it nobody can go there."""
    if not shown or not rule.get("personal") or rule.get("format") == "place":
        return shown
    kind: Json = rule.get("format")
    if kind in ("person_name", "person"):
        return mask_name(shown)
    return mask_phone(shown) if kind == "phone" else HIDDEN


def hidden_requester(case: Case) -> int | None:
    """Id of the person who is called `the requester` instead of by name; staff who began a case at the desk are not."""
    return None if case.surface == "desk" else case.requester_id
