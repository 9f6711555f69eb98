"""The case machine: `(case, event, now) -> (case, commands)`. Pure: no clock, no chance, no I/O, no Django."""

from wanjia.engine.compiling import Compiled, compile_source
from wanjia.engine.machine import step

__all__ = ["Compiled", "compile_source", "step"]
