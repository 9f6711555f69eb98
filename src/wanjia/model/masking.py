"""How personal data looks to somebody who has not asked to see it: enough to tell two people apart, no more."""

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


def mask_mailbox(address: str) -> str:
    """`l***@example.com`: the first letter and where it is; what is no mailbox is hidden whole."""
    name, at, domain = address.strip().rpartition("@")
    if not (name and domain):
        return HIDDEN if address.strip() else ""
    return f"{name[0]}***{at}{domain}"
