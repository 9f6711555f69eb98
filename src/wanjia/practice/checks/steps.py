"""Tasks against forms, letters, notices and capabilities."""

from collections.abc import Iterator, Mapping

from wanjia.model.capability_signature import CapabilitySignature
from wanjia.model.faults import Fault, Where
from wanjia.practice.folder import Folder, as_mapping, as_names
from wanjia.practice.forms import field_names
from wanjia.practice.nearest import unknown
from wanjia.practice.nouns import message_form


def faults(folder: Folder, capabilities: Mapping[str, CapabilitySignature]) -> Iterator[Fault]:
    """Forms without tasks and tasks without forms; works that are called but not there, or there but not called."""
    if not folder.diagram.elements:
        return
    yield from _form_faults(folder)
    yield from _work_faults(folder, "letter", _letters(folder), "letters.yaml")
    yield from _work_faults(folder, "notice", folder.section("notices"), "practice.yaml")
    yield from _capability_faults(folder, capabilities)


def _form_faults(folder: Folder) -> Iterator[Fault]:
    messages = {message_form(name): as_names(row.get("payload")) for name, row in folder.section("messages").items()}
    asked = ("start", *folder.diagram.ids("userTask"), *messages)
    for step in folder.diagram.ids("userTask"):
        if step not in folder.forms and f"forms/{step}.schema.json" not in folder.files:
            yield Fault(
                "practice.form_missing", folder.bpmn_at(step), {"step": step, "path": f"forms/{step}.schema.json"}
            )
    for step, payload in messages.items():
        for name in field_names(folder, step):
            if name not in payload:
                where = folder.where(f"forms/{step}.schema.json", "properties", name)
                yield unknown("practice.message_field", where, name, payload, message=step)
    for step in folder.forms:
        if step not in asked:
            yield unknown("practice.form_without_step", folder.where(f"forms/{step}.schema.json"), step, asked)


def _letters(folder: Folder) -> dict[str, object]:
    return {str(row.get("id")): row for _, row in folder.rows("letters.yaml", "letters")}


def _work_faults(folder: Folder, kind: str, declared: Mapping[str, object], path: str) -> Iterator[Fault]:
    called = folder.diagram.work(kind)
    for step, name in called.items():
        if name not in declared and not folder.unreadable(path):
            yield unknown(f"practice.{kind}_unknown", folder.bpmn_at(step), name, declared, step=step)
    told = _clock_notices(folder) if kind == "notice" else frozenset()
    for name in declared:
        if folder.whole and name not in called.values() and name not in told:
            where = folder.where(path, "notices", name) if kind == "notice" else _letter_where(folder, name)
            yield Fault(f"practice.{kind}_unused", where, {"name": name})


def _clock_notices(folder: Folder) -> frozenset[str]:
    """Notices may also be sent by a clock: `notify: <notice>`."""
    names = set()
    for _, clock in folder.rows("clocks.yaml", "clocks"):
        for key in ("on_warn", "on_expire"):
            effects = clock.get(key)
            names |= {str(as_mapping(e).get("notify")) for e in (effects if isinstance(effects, list) else [])}
    return frozenset(names)


def _letter_where(folder: Folder, name: str) -> Where:
    for index, row in folder.rows("letters.yaml", "letters"):
        if row.get("id") == name:
            return folder.where("letters.yaml", "letters", index)
    return folder.where("letters.yaml")


def _capability_faults(folder: Folder, capabilities: Mapping[str, CapabilitySignature]) -> Iterator[Fault]:
    for step, name in folder.diagram.work("capability").items():
        if name not in capabilities:
            yield unknown("practice.capability_unknown", folder.bpmn_at(step), name, capabilities, step=step)
        else:
            yield from _argument_faults(folder, step, capabilities[name])


def _argument_faults(folder: Folder, step: str, signature: CapabilitySignature) -> Iterator[Fault]:
    """Names on the left of `calls` are the capability's; without a row there, facts of the same names are used."""
    call = folder.section("calls").get(step, {})
    facts = {*folder.section("facts"), *folder.section("inputs")}
    for side, known in (("inputs", signature.inputs), ("outputs", signature.outputs)):
        given = as_mapping(call.get(side))
        for key in given:
            if key not in known and not (side == "inputs" and signature.open_inputs):
                where = folder.where("practice.yaml", "calls", step, side, key)
                yield unknown("practice.argument_unknown", where, key, known, capability=signature.name, side=side)
        for key in known if side == "inputs" else ():
            if key not in given and key not in facts and key in signature.required:
                values = {"step": step, "capability": signature.name, "input": key}
                yield Fault("practice.argument_missing", folder.bpmn_at(step), values)
