"""registers.yaml (台账): lists over all cases whose rows are written and struck by events, never by hand."""

from collections.abc import Iterator

from wanjia.engine.nouns import RegisterRule
from wanjia.model.capabilities import REGISTER_STANDING
from wanjia.model.faults import Fault
from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.checks.rows import item_fields, repeated_ids, trigger_faults
from wanjia.practice.conditions import condition_faults
from wanjia.practice.folder import Folder, as_mapping, as_names
from wanjia.practice.nearest import unknown
from wanjia.practice.nouns import REQUESTER, Register

FILE = "registers.yaml"
SUBJECTS = ("person", "organisation", "place", "customer_number")
"""Formats of a fact that can say whose row it is."""

NUMBERS = ("number", "integer")
ELSEWHERE = "."
"""Stands between the domain of another practice and its register."""


def registers_of(folder: Folder) -> dict[str, Register]:
    """All registers by id, in the order of the file."""
    return {str(row["id"]): _register(row) for _, row in folder.rows(FILE, "registers")}


def register_rules(folder: Folder) -> tuple[RegisterRule, ...]:
    """What the engine needs of them."""
    return tuple(_rule(row) for _, row in folder.rows(FILE, "registers"))


def standing_inputs(folder: Folder, call: Facts) -> Facts:
    """Whose standing a call asks for when it does not say: of whom a row of this case would be."""
    wanted = call.get("register")
    of = next((row.get("of") for _, row in folder.rows(FILE, "registers") if row.get("id") == wanted), None)
    return {"of": of} if isinstance(of, str) and of in folder.section("facts") else {}


def register_faults(folder: Folder) -> Iterator[Fault]:
    """Facts, triggers and roles that are not there or of the wrong kind; ids used twice; calls that fit no register."""
    yield from repeated_ids(folder, FILE, "registers")
    for index, row in folder.rows(FILE, "registers"):
        yield from trigger_faults(folder, (FILE, "registers", index), row, ("enter", "strike"))
        yield from _strike_faults(folder, index, row)
        yield from _column_faults(folder, index, row)
        yield from _subject_faults(folder, index, row)
        yield from _until_faults(folder, index, row)
        yield from _role_faults(folder, index, row)
        if isinstance(row.get("when"), str):
            where = folder.where(FILE, "registers", index, "when")
            yield from condition_faults(folder, str(row["when"]), where, item_fields=item_fields(folder))
    yield from _call_faults(folder, {str(row.get("id")) for _, row in folder.rows(FILE, "registers")})


def _strike_faults(folder: Folder, index: int, row: Facts) -> Iterator[Fault]:
    if not folder.diagram.elements:
        return
    for at, trigger in enumerate(as_names(row.get("strike"))):
        if trigger in as_names(row.get("enter")):
            where = folder.where(FILE, "registers", index, "strike", at)
            values = {"register": row.get("id"), "trigger": trigger}
            yield Fault("practice.register_enters_and_strikes", where, values)


def _column_faults(folder: Folder, index: int, row: Facts) -> Iterator[Fault]:
    facts, columns = folder.section("facts"), as_names(row.get("columns"))
    for at, name in enumerate(columns):
        where = folder.where(FILE, "registers", index, "columns", at)
        if name not in facts:
            yield unknown("practice.fact_unknown", where, name, facts)
        elif facts[name].get("type") in ("array", "object") and facts[name].get("format") != "place":
            yield Fault("practice.register_column_kind", where, {"fact": name, "type": facts[name].get("type")})
    for at, name in enumerate(as_names(row.get("totals"))):
        where = folder.where(FILE, "registers", index, "totals", at)
        if name not in columns:
            yield unknown("practice.register_total_unknown", where, name, columns, register=row.get("id"))
        elif name in facts and facts[name].get("type") not in NUMBERS:
            yield Fault("practice.register_total_kind", where, {"fact": name, "type": facts[name].get("type")})


def _subject_faults(folder: Folder, index: int, row: Facts) -> Iterator[Fault]:
    of, facts = row.get("of"), folder.section("facts")
    if not isinstance(of, str) or of == REQUESTER:
        return
    where = folder.where(FILE, "registers", index, "of")
    if of not in facts:
        yield unknown("practice.fact_unknown", where, of, (*facts, REQUESTER))
    elif facts[of].get("format") not in SUBJECTS:
        found = str(facts[of].get("format", facts[of].get("type")))
        values = {"fact": of, "found": found, "known": ", ".join(SUBJECTS)}
        yield Fault("practice.register_subject_format", where, values)


def _until_faults(folder: Folder, index: int, row: Facts) -> Iterator[Fault]:
    until, facts = row.get("until"), folder.section("facts")
    if not isinstance(until, str):
        return
    where = folder.where(FILE, "registers", index, "until")
    if until not in facts:
        yield unknown("practice.fact_unknown", where, until, facts)
    elif facts[until].get("format") != "date":
        yield Fault("practice.register_until_no_date", where, {"fact": until})


def _role_faults(folder: Folder, index: int, row: Facts) -> Iterator[Fault]:
    roles = folder.section("roles")
    for at, role in enumerate(as_names(row.get("seen_by"))):
        if role not in roles:
            where = folder.where(FILE, "registers", index, "seen_by", at)
            yield unknown("practice.role_unknown", where, role, roles)


def _call_faults(folder: Folder, registers: set[str]) -> Iterator[Fault]:
    lookers = {step for step, name in folder.diagram.work("capability").items() if name == REGISTER_STANDING}
    if folder.unreadable(FILE):
        return
    for step, call in folder.section("calls").items():
        register, where = call.get("register"), folder.where("practice.yaml", "calls", step, "register")
        if isinstance(register, str) and ELSEWHERE in register:
            if "of" not in as_mapping(call.get("inputs")):
                yield Fault("practice.register_of_whom", where, {"step": step, "register": register})
        elif isinstance(register, str) and register not in registers:
            yield unknown("practice.register_unknown", where, register, registers)
        if register is not None and folder.diagram.elements and step not in lookers:
            yield Fault("practice.register_not_asked", where, {"step": step, "capability": REGISTER_STANDING})
    for step in sorted(lookers):
        if "register" not in folder.section("calls").get(step, {}):
            yield Fault("practice.register_missing", folder.bpmn_at(step), {"step": step})


def _register(row: Facts) -> Register:
    keep = row.get("keep_years")
    return Register(
        id=str(row["id"]),
        of=_text(row.get("of")),
        columns=as_names(row.get("columns")),
        totals=as_names(row.get("totals")),
        until=_text(row.get("until")),
        seen_by=as_names(row.get("seen_by")),
        keep_years=keep if isinstance(keep, int) else None,
    )


def _rule(row: Facts) -> RegisterRule:
    return RegisterRule(
        id=str(row.get("id")),
        of=None if row.get("of") == REQUESTER else _text(row.get("of")),
        when=_text(row.get("when")),
        enter=as_names(row.get("enter")),
        strike=as_names(row.get("strike")),
        columns=as_names(row.get("columns")),
        until=_text(row.get("until")),
    )


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None
