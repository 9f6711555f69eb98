"""The language of conditions: a few FEEL-like forms over declared facts, compiled to plain JSON and run with fuel."""

from wanjia.engine.expressions.checking import check_names, shape_of
from wanjia.engine.expressions.errors import ExpressionError
from wanjia.engine.expressions.evaluation import FUEL, evaluate
from wanjia.engine.expressions.grammar import FUNCTIONS, RESERVED_NAMES
from wanjia.engine.expressions.parsing import compile_expression, compile_unary_test

__all__ = [
    "FUEL",
    "FUNCTIONS",
    "RESERVED_NAMES",
    "ExpressionError",
    "check_names",
    "compile_expression",
    "compile_unary_test",
    "evaluate",
    "shape_of",
]
