"""Roles against lanes: every task stands with somebody, every role has what it takes to find its person."""

from collections.abc import Iterator

from wanjia.model.faults import Fault
from wanjia.practice.folder import Folder, as_mapping, as_names
from wanjia.practice.nearest import unknown
from wanjia.practice.nouns import CHILD, PARENT

# The parameter that each way of finding a person needs.
NEEDS = {"cell": "level", "fact": "fact", "item": "field", "post": "role", "contact": "fact"}
# Formats of a fact that can name who performs (a person, or an organisation: its reviewer's post), or reach somebody.
FORMATS = {"fact": ("person", "organisation"), "contact": ("phone",)}
PARAMETERS = ("level", "fact", "field", "role")


def faults(folder: Folder) -> Iterator[Fault]:
    """Lanes that are no roles, roles without use, parameters missing or idle."""
    if "roles" not in folder.manifest:
        return
    yield from _parameter_faults(folder)
    if folder.diagram.elements:
        yield from _lane_faults(folder)
    yield from _audience_faults(folder)


def _parameter_faults(folder: Folder) -> Iterator[Fault]:
    facts = folder.section("facts")
    for role, row in folder.section("roles").items():
        who = str(row.get("who"))
        needed = NEEDS.get(who)
        where = folder.where("practice.yaml", "roles", role)
        if needed and needed not in row:
            yield Fault("practice.role_lacks", where, {"role": role, "who": who, "key": needed})
        for key in PARAMETERS:
            if key in row and key != needed:
                yield Fault("practice.role_idle_key", where, {"role": role, "who": who, "key": key})
        fact = row.get("fact")
        if who in FORMATS and isinstance(fact, str) and fact not in facts:
            yield unknown("practice.fact_unknown", folder.where("practice.yaml", "roles", role, "fact"), fact, facts)
        elif who in FORMATS and isinstance(fact, str) and facts[fact].get("format") not in FORMATS[who]:
            found = str(facts[fact].get("format", facts[fact].get("type")))
            values = {"role": role, "fact": fact, "found": found, "needed": FORMATS[who][0]}
            yield Fault("practice.role_fact_format", where, values)


def _lane_faults(folder: Folder) -> Iterator[Fault]:
    roles, diagram = folder.section("roles"), folder.diagram
    for lane in diagram.lanes:
        if lane not in roles:
            yield unknown("practice.lane_unknown", folder.bpmn_at(lane), lane, roles)
    used = {*diagram.lanes, *_named_roles(folder)}
    for role in roles:
        if folder.whole and role not in used:
            yield Fault("practice.role_unused", folder.where("practice.yaml", "roles", role), {"role": role})


def _named_roles(folder: Folder) -> Iterator[str]:
    for notice in folder.section("notices").values():
        yield str(notice.get("to"))
    for paper in folder.section("papers").values():
        yield from as_names(paper.get("visible_to"))
    for message in folder.section("messages").values():
        yield str(message.get("from"))
    for call in folder.section("calls").values():
        yield str(call.get("requester"))
    yield str(as_mapping(folder.manifest.get("recurring")).get("role"))
    for _, register in folder.rows("registers.yaml", "registers"):
        yield from as_names(register.get("seen_by"))
    for _, letter in folder.rows("letters.yaml", "letters"):
        yield str(letter.get("audience"))
        yield str(letter.get("signed_by"))


def _audience_faults(folder: Folder) -> Iterator[Fault]:
    roles = folder.section("roles")
    for keys, name, also in _audiences(folder):
        if name not in roles and name not in also:
            yield unknown("practice.role_unknown", folder.where("practice.yaml", *keys), name, (*roles, *also))


def _audiences(folder: Folder) -> Iterator[tuple[tuple[str | int, ...], str, tuple[str, ...]]]:
    for notice, row in folder.section("notices").items():
        if isinstance(row.get("to"), str):
            yield ("notices", notice, "to"), str(row["to"]), ("requester", "holder")
    for message, row in folder.section("messages").items():
        if isinstance(row.get("from"), str):
            yield ("messages", message, "from"), str(row["from"]), ("clock", "requester", "system", CHILD, PARENT)
    for paper, row in folder.section("papers").items():
        for index, role in enumerate(as_names(row.get("visible_to"))):
            yield ("papers", paper, "visible_to", index), role, ("requester",)
