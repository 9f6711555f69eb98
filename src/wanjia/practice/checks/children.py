"""Cases that open cases: which practice a call names, who asks there, and what the parent hears of the child's end."""

from collections.abc import Iterator, Mapping

from wanjia.model.capabilities import OPEN_CASE
from wanjia.model.faults import Fault, Where
from wanjia.practice.folder import Folder, as_names
from wanjia.practice.nearest import unknown
from wanjia.practice.nouns import CASE_MESSAGES, CHILD, PARENT, SAME_REQUESTER, Practice


def faults(folder: Folder) -> Iterator[Fault]:
    """Calls without a practice or with an idle one, strange requesters, and messages that no child sends."""
    opening = {step for step, work in folder.diagram.work("capability").items() if work == OPEN_CASE}
    yield from _call_faults(folder, opening)
    for name, row in folder.section("messages").items():
        meant, _ = CASE_MESSAGES.get(name, ("", ()))
        if meant != (row["from"] if row.get("from") in (CHILD, PARENT) else ""):
            yield Fault("practice.child_message", folder.where("practice.yaml", "messages", name), {"name": name})
        elif meant:
            yield from _message_faults(folder, name, opening)


def _call_faults(folder: Folder, opening: set[str]) -> Iterator[Fault]:
    calls = folder.section("calls")
    for step in sorted(opening):
        row, where = calls.get(step, {}), folder.where("practice.yaml", "calls", step)
        if "practice" not in row:
            yield Fault("practice.child_unnamed", where, {"step": step})
        elif row["practice"] == folder.manifest.get("domain"):
            yield Fault("practice.child_itself", where, {"step": step})
        roles, who = folder.section("roles"), row.get("requester", SAME_REQUESTER)
        if who != SAME_REQUESTER and who not in roles:
            yield unknown("practice.role_unknown", where, who, (*roles, SAME_REQUESTER))
    for step, row in calls.items():
        for key in ("practice", "requester"):
            if key in row and step not in opening:
                where = folder.where("practice.yaml", "calls", step, key)
                yield Fault("practice.child_idle_key", where, {"step": step, "key": key})


def _message_faults(folder: Folder, name: str, opening: set[str]) -> Iterator[Fault]:
    where, (sender, carried) = folder.where("practice.yaml", "messages", name), CASE_MESSAGES[name]
    if sender == CHILD and not opening and folder.diagram.elements:
        yield Fault("practice.child_never_opened", where, {"name": name})
    for fact in as_names(folder.section("messages")[name].get("payload")):
        if fact not in carried:
            yield unknown("practice.child_payload", where, fact, carried)


def link_faults(practice: Practice, others: Mapping[str, Practice]) -> Iterator[Fault]:
    """What a practice opens, held against the practices that are there: not there, or asking for other things.

    `others`: by domain. Needs both sides, so it is asked when practices are installed or checked together.
    """
    for step, opening in practice.opens.items():
        child, values = others.get(opening.practice), {"step": step, "practice": opening.practice}
        if child is None:
            yield Fault("practice.child_absent", Where("practice.yaml", 0, f"calls.{step}"), values)
        else:
            yield from _against_form(child, practice.definition.steps[step].inputs, values)


def _against_form(child: Practice, given: Mapping[str, str], values: Mapping[str, str]) -> Iterator[Fault]:
    """Inputs that the child's start form does not ask for, and what it needs and does not get."""
    form, where = child.forms["start"], Where("practice.yaml", 0, f"calls.{values['step']}")
    for name in given:
        if name not in form.fields:
            yield unknown("practice.child_input", where, name, form.fields, **values)
    for name in form.required:
        placed = child.facts[name].get("format") == "place"  # the place of the case that opens it
        if name not in given and not placed and name not in form.show_if:
            yield Fault("practice.child_lacks", where, {**values, "name": name})
