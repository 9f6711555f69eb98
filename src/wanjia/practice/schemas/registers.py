"""registers.yaml: lists that a company keeps over all cases; which events write a row, which strike it, who sees it."""

from wanjia.model.jsonvalue import Facts
from wanjia.practice.schemas.clocks import triggers
from wanjia.practice.schemas.shapes import closed, expression, identifier, name, names, rows

register = closed(
    {
        "id": identifier,
        "of": name,
        "when": expression,
        "enter": {**triggers, "minItems": 1},
        "strike": triggers,
        "columns": {**names, "minItems": 1, "maxItems": 12, "uniqueItems": True},
        "totals": {**names, "uniqueItems": True},
        "until": name,
        "seen_by": {**names, "minItems": 1},
        "keep_years": {"type": "integer", "minimum": 1, "maximum": 100},
    },
    "id",
    "enter",
    "columns",
)
SCHEMA: Facts = closed({"registers": rows(register, minItems=1, maxItems=12)}, "registers")
