"""indicators.yaml: what is counted over the cases of the practice, in which unit, and which way is better."""

from wanjia.model.jsonvalue import Facts
from wanjia.practice.schemas.clocks import TRIGGER
from wanjia.practice.schemas.shapes import closed, expression, identifier, name, rows, text, word

trigger: Facts = {"type": "string", "pattern": TRIGGER, "examples": ["done:accept"]}
indicator = closed(
    {
        "id": identifier,
        "unit": text,
        "better": word("up", "down"),
        "source": text,
        "measure": word("duration", "count", "share", "mean", "sum", "entries"),
        "from": trigger,
        "to": trigger,
        "of": expression,
        "where": expression,
        "clock": name,
        "register": name,
    },
    "id",
    "unit",
    "better",
    "source",
    "measure",
)
SCHEMA: Facts = closed({"indicators": rows(indicator, minItems=1)}, "indicators")
