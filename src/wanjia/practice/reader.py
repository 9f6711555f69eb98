"""A folder's files to a Practice: parse, hold against the tables, compile, build. All faults come at once."""

from collections.abc import Mapping

from wanjia.engine.compiling import compile_source
from wanjia.engine.nouns import Source
from wanjia.model.capabilities import SIGNATURES
from wanjia.model.faults import Fault
from wanjia.model.jsonvalue import Facts
from wanjia.practice.building import practice_of
from wanjia.practice.checks import children, clocks, facts, identity, roles
from wanjia.practice.clocks import clock_rules
from wanjia.practice.digest import digest
from wanjia.practice.folder import Folder, as_mapping, as_names, open_folder
from wanjia.practice.forms import field_names, form_faults
from wanjia.practice.indicators import indicator_faults
from wanjia.practice.letters import letter_faults
from wanjia.practice.nouns import Reading
from wanjia.practice.recurring import recurring_faults
from wanjia.practice.registers import register_faults, register_rules, standing_inputs

# Faults in the form of these files leave nothing that could be compiled.
COMPILED_FILES = ("practice.yaml", "clocks.yaml", "registers.yaml", "process.bpmn", "decisions.dmn")
# What the engine says of these files nobody else says; of the others our own checks have spoken already.
DRAWN_FILES = ("process.bpmn", "decisions.dmn")


def read(files: Mapping[str, bytes]) -> Reading:
    """The practice in `files` (relative path -> content), or why it cannot run. Pure; never raises for bad content.

    Says nothing yet about texts, scenarios and quality: `checker.check` does.
    """
    return read_folder(open_folder(files))


def read_folder(folder: Folder) -> Reading:
    """As `read`, for a folder that is parsed already."""
    faults = [*folder.faults, *structure_faults(folder)]
    broken = any(fault.where.file in COMPILED_FILES for fault in folder.faults)
    if not folder.compilable or broken or any(clocks.faults(folder)):
        return Reading(None, tuple(faults))
    fingerprint = digest(folder.files, folder.parsed)
    compiled = compile_source(source_of(folder, fingerprint))
    faults += [fault for fault in compiled.faults if not faults or fault.where.file in DRAWN_FILES]
    if compiled.definition is None or faults:
        return Reading(None, tuple(faults))
    return Reading(practice_of(folder, fingerprint, compiled.definition), ())


def structure_faults(folder: Folder) -> tuple[Fault, ...]:
    """What would make the practice run wrong, found without running it."""
    if not folder.manifest:  # unreadable: every reference into it would be a fault that is none
        return ()
    return (
        *identity.faults(folder),
        *roles.faults(folder),
        *facts.faults(folder),
        *clocks.faults(folder),
        *children.faults(folder),
        *recurring_faults(folder),
        *form_faults(folder),
        *letter_faults(folder),
        *indicator_faults(folder),
        *register_faults(folder),
    )


def source_of(folder: Folder, fingerprint: str) -> Source:
    """The parts that the engine compiles. Settings count as facts there: conditions and tables read both alike."""
    manifest = folder.manifest
    withdraw = as_mapping(manifest.get("withdraw"))
    reopen = as_mapping(manifest.get("reopen"))
    return Source(
        practice=str(manifest.get("domain")),
        version=str(manifest.get("version")),
        digest=fingerprint,
        bpmn=folder.files["process.bpmn"],
        dmn=folder.files.get("decisions.dmn"),
        facts={**folder.section("inputs"), **folder.section("facts")},
        forms={step: field_names(folder, step) for step in folder.forms},
        calls=calls_of(folder),
        messages=folder.section("messages"),
        clocks=clock_rules(folder),
        returns={step: as_names(earlier) for step, earlier in as_mapping(manifest.get("returns")).items()},
        withdraw_until=as_names(withdraw.get("until")) if withdraw else None,
        reopen_to=str(reopen["to"]) if "to" in reopen else None,
        notice_audiences={name: str(row.get("to")) for name, row in folder.section("notices").items()},
        four_eyes={step: str(other) for step, other in as_mapping(manifest.get("four_eyes")).items()},
        registers=register_rules(folder),
    )


def calls_of(folder: Folder) -> dict[str, Facts]:
    """Facts that go into and come out of each service task; what `calls` leaves out is the fact of the same name."""
    names = {*folder.section("inputs"), *folder.section("facts")}
    written = folder.section("calls")
    calls: dict[str, Facts] = dict(written)
    for step, capability in folder.diagram.work("capability").items():
        signature = SIGNATURES.get(capability)
        if signature is not None:
            row = written.get(step, {})
            inputs: Facts = {key: key for key in signature.inputs if key in names}
            outputs: Facts = {key: key for key in signature.outputs if key in folder.section("facts")}
            calls[step] = {
                "inputs": {**inputs, **standing_inputs(folder, row), **as_mapping(row.get("inputs"))},
                "outputs": {**outputs, **as_mapping(row.get("outputs"))},
            }
    return calls
