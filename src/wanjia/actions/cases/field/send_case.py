"""Begin a case that was taken down without signal."""

from datetime import datetime
from typing import Any

from wanjia.actions.cases.field.once import Sent, once, upload_key
from wanjia.actions.cases.field.send_task import Conflict
from wanjia.actions.cases.open_case import Request, open_case
from wanjia.actions.cases.practices import practice_of
from wanjia.model.actors import Actor
from wanjia.model.jsonvalue import Facts
from wanjia.practice.marks import form_mark
from wanjia.records.cases.models import PracticeVersion


def send_field_case(
    key: str, practice: str, answers: Facts, mark: str, language: str, actor: Actor, now: datetime,
    customer_number: str = "", organisation: str = "",
) -> Sent:  # fmt: skip
    """Open the case once; the answer has the number and the requester's code. Raises Conflict or Refused."""

    def act() -> dict[str, Any]:
        version = PracticeVersion.objects.defer("files").filter(name=practice, active=True).first()
        if version is not None and form_mark(practice_of(version), "start") != mark:
            raise Conflict("form_changed", "")
        papers = upload_key(key, actor)
        request = Request(practice, answers, papers, "desk", language, customer_number, organisation)
        opened = open_case(request, actor, now)
        return {"number": opened.case.number, "status": opened.case.status, "code": opened.access_code}

    return once("case", key, actor, now, act)
