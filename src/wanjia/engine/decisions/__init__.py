"""Decision tables (DMN): read and checked once, kept as plain JSON, decided over the facts of a case."""

from wanjia.engine.decisions.deciding import DecisionError, decide
from wanjia.engine.decisions.reading import read_dmn

__all__ = ["DecisionError", "decide", "read_dmn"]
