"""The case machine: `(case, event, now) -> (case, commands)`. Pure: no clock, no chance, no I/O, no Django."""

from wanjia.engine.compiling import Compiled, compile_source
from wanjia.engine.handling.work import return_targets_of
from wanjia.engine.machine import step
from wanjia.engine.states import case_from_json, case_to_json, definition_from_json, definition_to_json
from wanjia.engine.upgrading import migrate

__all__ = [
    "Compiled",
    "case_from_json",
    "case_to_json",
    "compile_source",
    "definition_from_json",
    "definition_to_json",
    "migrate",
    "return_targets_of",
    "step",
]
