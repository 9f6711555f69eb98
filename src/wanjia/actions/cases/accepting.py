"""What a request must be to be accepted: its practice, its answers, its papers, its place. Gives the row to be written.

The code with which a requester follows the case is made here too.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.utils.crypto import salted_hmac

from wanjia.actions.cases.numbering import next_number
from wanjia.actions.cases.papers import paper_faults
from wanjia.actions.cases.placing import Placed, place_request
from wanjia.actions.cases.practices import practice_of
from wanjia.model.actors import Actor
from wanjia.model.faults import Denied, Fault, Refused, Where
from wanjia.model.jsonvalue import Facts
from wanjia.practice.answers import initial_facts, validate_answers
from wanjia.practice.nouns import Practice
from wanjia.records.cases.models import Case, PracticeVersion
from wanjia.records.territory.models import Person
from wanjia.texts import DEFAULT_LANGUAGE

ACCESS_CODE_DIGITS = 8
"""Length of the code with which a requester follows a case: 10^8 values behind a rate limit."""

CONTACT_FORMATS = {"person_name": "requester_name", "phone": "requester_phone"}
"""The first start-form fact of these formats is how the requester is called and reached."""


@dataclass(frozen=True)
class Request:
    """What a surface hands over. `request_key` is made by the form: the same key sent twice opens one case.

    `asker` is who asks when nobody sits before a form.
    `identity_proof` is `passkey` when the one who asks unlocked their own device to sign in; else empty.
    """

    practice: str
    answers: Facts
    request_key: str
    surface: str = "portal"
    language: str = "zh-Hans"
    customer_number: str = ""
    organisation: str = ""
    asker: Person | None = None
    identity_proof: str = ""


def active_version(name: str) -> PracticeVersion:
    """The version on which new cases of a practice begin. Raises Refused."""
    version = PracticeVersion.objects.defer("files").filter(name=name, active=True).first()
    if version is None:
        raise Refused([Fault("case.practice_unknown", Where(), {"practice": name})])
    return version


def access_code(request_key: str) -> str:
    """The code of a request: derived from its key, so that a repeated request gets the same answer."""
    digest = salted_hmac("wanjia.access_code", request_key, algorithm="sha256").digest()
    return str(int.from_bytes(digest[:8]) % 10**ACCESS_CODE_DIGITS).zfill(ACCESS_CODE_DIGITS)


def access_hash(number: str, code: str) -> str:
    """What is stored instead of the code."""
    return salted_hmac("wanjia.access_hash", f"{number}:{code}", algorithm="sha256").hexdigest()


def key_of(request: Request) -> str:
    """What is stored of the request's key."""
    return hashlib.sha256(request.request_key.encode()).hexdigest()


def accepted(request: Request, actor: Actor, now: datetime) -> tuple[Case, Practice, Placed]:
    """The row to be written, numbered, once nothing is wrong with the request. Raises Refused with every fault."""
    version = active_version(request.practice)
    practice = practice_of(version)
    if practice.entry.surface == "system" and not actor.system:
        raise Denied("case", "open")
    placed = place_request(practice, request.answers, request.customer_number, request.organisation, actor, now)
    faults = (
        *validate_answers(practice, "start", request.answers, {}),
        *paper_faults(practice, "start", request.answers, request.request_key),
        *placed.faults,
    )
    if faults:
        raise Refused(faults)
    return new_row(request, practice, version, placed, actor, now), practice, placed


def new_row(
    request: Request, practice: Practice, version: PracticeVersion, placed: Placed, actor: Actor, now: datetime
) -> Case:  # fmt: skip
    """The case of an accepted request, with its number."""
    assert placed.organisation is not None
    number = next_number(practice.prefix, now)
    code = access_code(request.request_key)
    return Case(
        number=number, access_hash=access_hash(number, code), request_key=key_of(request), practice=version,
        state={}, row_version=0, requester_id=_requester(request, practice, actor),
        language=_language(request, practice), surface=request.surface, organisation=placed.organisation,
        cell_code=placed.cell_code, cell_path=placed.cell_path, longitude=placed.longitude,
        latitude=placed.latitude, address=placed.address, district=placed.district, customer=placed.customer,
        opened_at=now, **_contact(practice, request),
    )  # fmt: skip


def _requester(request: Request, practice: Practice, actor: Actor) -> int | None:
    """A signed-in person asks for themselves on the portal, and at the desk in a practice that begins there.

    At a window, in a practice that begins at one (another body's program may begin it too), and at the desk in any
    other practice, they ask for somebody who stands before them or calls.
    """
    if request.asker is not None:
        return request.asker.pk
    return None if _for_others(request, practice) else actor.person_id


def _for_others(request: Request, practice: Practice) -> bool:
    at_desk = request.surface == "desk" and practice.entry.surface != "desk"
    return at_desk or "window" in (request.surface, practice.entry.surface)


def _language(request: Request, practice: Practice) -> str:
    """In which language the requester is told things: the one used when asking; the company's own where somebody else
    filled the form in, in whatever language that was."""
    if request.asker is not None:
        return request.asker.language
    by_others = request.surface != "system" and _for_others(request, practice)
    return DEFAULT_LANGUAGE if by_others else request.language


def _contact(practice: Practice, request: Request) -> dict[str, str]:
    if request.asker is not None:
        return {"requester_name": request.asker.name[:60], "requester_phone": request.asker.phone[:24]}
    answers, contact = request.answers, dict[str, str]()
    for field in practice.forms["start"].fields:
        column = CONTACT_FORMATS.get(str(practice.facts[field].get("format", "")))
        if column and column not in contact and answers.get(field):
            contact[column] = str(answers[field])[: 60 if column == "requester_name" else 24]
    return contact


def start_facts(practice: Practice, placed: Placed, answers: Facts) -> Facts:
    """With what a case starts: defaults, answers, and what is known of its place."""
    return initial_facts(practice, {**answers, **_known_facts(practice, placed)})


def _known_facts(practice: Practice, placed: Placed) -> Facts:
    """Facts that the product fills in itself when the practice declares them: see `known facts` in the reference."""
    known: Facts = {
        "area": placed.area_class,
        "cell_code": placed.cell_code,
        "district": placed.district.code if placed.district else None,
        "customer_number": placed.customer.number if placed.customer else None,
    }
    return {key: value for key, value in known.items() if key in practice.facts and value is not None}
